import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryFor, open, readLayers, registryFor, serverFor } from './testing/open-for-test.ts';
import { refuse, type SeenRequest } from './testing/strict-registry.ts';
import { makeImage } from './testing/test-image.ts';

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

interface TokenOptions {
  /** What the token server wants to see before it gives a token; undefined gives one to anybody. */
  readonly authorization?: string;
  readonly answer?: (token: string) => object;
}

/** A registry whose tokens come from a server of its own, each good until `expire` is called. */
async function startTokenRegistry(t: Parameters<typeof serverFor>[0], options: TokenOptions = {}) {
  const asked: SeenRequest[] = [];
  let serial = 0;
  const tokenHost = await serverFor(t, (request, response) => {
    asked.push(request);
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      refuse(response, 401, 'UNAUTHORIZED', 'incorrect username or password');
      return;
    }
    const answer = options.answer ?? ((token) => ({ token, expires_in: 300 }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer(`token-${++serial}`)));
  });
  const server = await registryFor(t, {
    authorization: () => `Bearer token-${serial || 'none'}`,
    challenge: () =>
      `Bearer realm="http://${tokenHost}/token?x=1",service="the registry",scope="repository:team/app:pull"`,
  });
  server.push(makeImage(), 'latest');
  return { reference: `${server.host}/team/app`, server, asked, expire: () => serial++ };
}

test('an anonymous token is fetched once, for pulling this repository, and used from then on', async (t) => {
  const { reference, asked, server } = await startTokenRegistry(t);

  await readLayers(await open(t, reference));

  assert.deepEqual(
    asked.map(({ method, path }) => `${method} ${path}`),
    ['GET /token?x=1&service=the+registry&scope=repository%3Ateam%2Fapp%3Apull'],
  );
  assert.equal(asked[0]?.headers.authorization, undefined);
  assert.deepEqual(
    server.seen.map(({ headers }) => headers.authorization),
    [undefined, 'Bearer token-1', 'Bearer token-1', 'Bearer token-1', 'Bearer token-1'],
  );
});

test('a token that ran out between two layers is replaced', async (t) => {
  const { reference, asked, expire } = await startTokenRegistry(t);
  const image = await open(t, reference);

  expire();

  assert.equal((await readLayers(image)).length, 2);
  assert.equal(asked.length, 2);
});

test('a user name and password are shown to the token server, and the token alone to the registry', async (t) => {
  const { reference, asked, server } = await startTokenRegistry(t, {
    authorization: basic('jo', 'p:ä'),
    answer: (token) => ({ access_token: token }),
  });

  await open(t, reference, { username: 'jo', password: 'p:ä' });

  assert.equal(asked.length, 1);
  assert.ok(server.seen.every(({ headers }) => !headers.authorization?.startsWith('Basic')));
});

test('a wrong password is said to be one, without telling it', async (t) => {
  const { reference } = await startTokenRegistry(t, { authorization: basic('jo', 'right') });

  await assert.rejects(open(t, reference, { username: 'jo', password: 'hunter2' }), (error: Error) => {
    assert.match(
      error.message,
      /does not let "jo" from the command line pull team\/app \(401: UNAUTHORIZED, incorrect/,
    );
    assert.doesNotMatch(`${error.message} ${error.stack}`, /hunter2/);
    return true;
  });
});

test('an identity token is exchanged by the OAuth 2 form', async (t) => {
  const { reference, asked, server } = await startTokenRegistry(t);
  const config = { auths: { [server.host]: { auth: '', identitytoken: 'refresh-me' } } };
  const dockerConfigDirectory = directoryFor(t, { 'config.json': JSON.stringify(config) });

  await open(t, reference, { dockerConfigDirectory });

  assert.equal(asked[0]?.method, 'POST');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(asked[0]?.body)), {
    grant_type: 'refresh_token',
    refresh_token: 'refresh-me',
    client_id: 'breakwater',
    service: 'the registry',
    scope: 'repository:team/app:pull',
  });
});

test('a registry token is used as it is', async (t) => {
  const server = await registryFor(t, {
    authorization: () => 'Bearer given',
    challenge: () => 'Bearer realm="http://x/"',
  });
  server.push(makeImage(), 'latest');
  const config = { auths: { [server.host]: { registrytoken: 'given' } } };
  const dockerConfigDirectory = directoryFor(t, { 'config.json': JSON.stringify(config) });

  await open(t, `${server.host}/team/app`, { dockerConfigDirectory });
});

test('basic authentication is used where the registry asks for it, and not before', async (t) => {
  const server = await registryFor(t, { authorization: () => basic('jo', 'secret') });
  server.push(makeImage(), 'latest');
  const reference = `${server.host}/team/app`;

  await readLayers(await open(t, reference, { username: 'jo', password: 'secret' }));

  assert.equal(server.seen[0]?.headers.authorization, undefined);
  await assert.rejects(open(t, reference, { username: 'jo', password: 'wrong' }), {
    code: 'AUTHENTICATION_FAILED',
    message: /does not let "jo" from the command line/,
  });
  await assert.rejects(open(t, reference), {
    code: 'AUTHENTICATION_FAILED',
    message: /No credentials were found: run "docker login 127\.0\.0\.1:\d+"/,
  });
  await assert.rejects(open(t, reference, { username: 'jo' }), { code: 'USAGE' });
});

test('what is wrong with stored credentials is told when the registry refuses us', async (t) => {
  const server = await registryFor(t, { authorization: () => basic('jo', 'secret') });
  const configs = [
    ['{ broken', /config\.json could not be read as a Docker configuration/],
    [JSON.stringify({ credsStore: 'not-there' }), /docker-credential-not-there is not installed/],
    [JSON.stringify({ credHelpers: { [server.host]: '../evil' } }), /no program name/],
  ] as const;

  for (const [config, message] of configs) {
    const dockerConfigDirectory = directoryFor(t, { 'config.json': config });
    await assert.rejects(open(t, `${server.host}/team/app`, { dockerConfigDirectory }), {
      code: 'AUTHENTICATION_FAILED',
      message,
    });
  }
});

test('a sign-in that is not supported, makes no sense or gives nothing is named', async (t) => {
  const answers: readonly (readonly [string, object | string, RegExp])[] = [
    ['Negotiate', {}, /sign-in by negotiate; only basic and bearer/],
    ['', {}, /sign-in by nothing/],
    ['Bearer service="x"', {}, /names no HTTPS address/],
    ['Bearer realm="file:///etc/passwd"', {}, /names no HTTPS address/],
    ['Bearer realm="TOKENS"', {}, /answered no token/],
    ['Bearer realm="TOKENS"', { token: 'two\nlines' }, /answered no token/],
    ['Bearer realm="TOKENS"', 'not JSON', /answered no token/],
  ];

  for (const [challenge, answer, message] of answers) {
    const tokens = await serverFor(t, (_, response) => {
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    const server = await registryFor(t, {
      authorization: () => 'Bearer x',
      challenge: () => challenge.replace('TOKENS', `http://${tokens}/`),
    });
    await assert.rejects(open(t, `${server.host}/team/app`), { message }, challenge);
  }
});
