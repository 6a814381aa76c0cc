import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import type { Grant } from '../contract/access.ts';
import { startTestServer, type TestClient, type TestServer } from '../testing/start-test-server.ts';
import { sessionRoutes } from './session.ts';
import { tokenRoutes } from './tokens.ts';
import { trailRoutes } from './trail.ts';
import { userRoutes } from './users.ts';

let server: TestServer;
let admin: TestClient;

before(async () => {
  server = await startTestServer({ routes: [...sessionRoutes, ...userRoutes, ...tokenRoutes, ...trailRoutes] });
  admin = await server.as('admin');
});
after(() => server.close());

const reader: Grant = { role: 'reader', scope: { kind: 'all' } };
const password = 'a password of some length';

function bearer(token: string) {
  return server.app.inject({ url: '/api/v1/session', headers: { authorization: `Bearer ${token}` } });
}

test('an account is made, signs in, is disabled and can do nothing from then on', async () => {
  const made = await admin.send('POST', '/users', { user: 'carl', name: 'Carl', password, grants: [reader] });
  assert.equal(made.statusCode, 201);
  const signIn = () => server.anonymous.send('POST', '/session', { user: 'carl', password });
  const signed = await signIn();
  assert.equal(signed.json().mustChangePassword, true);
  const cookie = `breakwater=${signed.cookies[0]?.value}`;

  const changed = await admin.send('PATCH', '/users/carl', { disabled: true });

  assert.equal(changed.json().disabled, true);
  assert.equal((await server.anonymous.get('/session', { cookie })).statusCode, 401);
  assert.equal((await signIn()).statusCode, 401);
});

test('who signs in with a password that somebody else set chooses another one before anything else', async () => {
  await admin.send('POST', '/users', { user: 'frida', password, grants: [reader] });
  const signed = await server.anonymous.send('POST', '/session', { user: 'frida', password });
  const headers = (answer: LightMyRequestResponse) => ({
    cookie: answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    'x-csrf-token': answer.json().csrfToken,
  });
  const own = headers(signed);
  const change = (chosen: string) =>
    server.anonymous.send('POST', '/session/password', { old: password, new: chosen }, own);

  for (const answer of [
    await server.anonymous.get('/tokens', own),
    await server.anonymous.send('POST', '/tokens', { name: 'x', grants: [reader] }, own),
  ]) {
    assert.equal(answer.statusCode, 403);
    assert.equal(answer.json().code, 'PASSWORD_CHANGE_NEEDED');
    assert.match(answer.json().detail, /POST \/api\/v1\/session\/password/);
  }
  assert.equal((await server.anonymous.get('/session', own)).json().mustChangePassword, true);
  assert.equal((await change(password)).statusCode, 400, 'the same is no other one');
  const changed = await change('a password of my own');

  assert.equal(changed.json().mustChangePassword, false);
  assert.equal((await server.anonymous.get('/tokens', headers(changed))).statusCode, 200);
});

test('who was given a new password may sign out without choosing another', async () => {
  await admin.send('POST', '/users', { user: 'gert', password, grants: [reader] });
  const signed = await server.anonymous.send('POST', '/session', { user: 'gert', password });
  const cookie = `breakwater=${signed.cookies[0]?.value}`;

  const out = await server.anonymous.send('DELETE', '/session', undefined, {
    cookie,
    'x-csrf-token': signed.json().csrfToken,
  });

  assert.equal(out.statusCode, 204);
  assert.equal((await server.anonymous.get('/session', { cookie })).statusCode, 401);
});

test('a login is taken once, and one that is not there is said', async () => {
  await admin.send('POST', '/users', { user: 'dora', password, grants: [] });

  assert.equal((await admin.send('POST', '/users', { user: 'dora', password, grants: [] })).statusCode, 409);
  assert.equal((await admin.send('PATCH', '/users/nobody', { name: 'x' })).statusCode, 404);
  assert.equal((await admin.send('DELETE', '/users/nobody')).statusCode, 404);
});

test('a list is read page by page, each account once', async () => {
  for (const user of ['page-a', 'page-b', 'page-c', 'page-d', 'page-e'])
    await admin.send('POST', '/users', { user, password, grants: [] });

  const seen: string[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page: { items: { user: string }[]; next?: string } = (
      await admin.get(`/users?q=PAGE-&limit=2${next && `&cursor=${next}`}`)
    ).json();
    seen.push(...page.items.map(({ user }) => user));
    next = page.next;
  }

  assert.deepEqual(seen, ['page-a', 'page-b', 'page-c', 'page-d', 'page-e']);
});

test('the last administrator stays, even when two are taken away at once', async () => {
  const own = await startTestServer({ routes: userRoutes });
  const [one, two] = [await own.as('admin'), await own.as('admin')];

  const answers = await Promise.all([
    one.send('PATCH', `/users/${two.login}`, { grants: [reader] }),
    two.send('PATCH', `/users/${one.login}`, { disabled: true }),
  ]);

  assert.equal(
    answers.filter(({ statusCode }) => statusCode === 200).length,
    1,
    answers.map(({ body }) => body).join(),
  );
  await own.close();
});

test('no answer holds a password, not even its hash', async () => {
  await admin.send('POST', '/users', { user: 'emil', password, grants: [] });

  const shown = `${(await admin.get('/users')).body}${(await admin.get('/trail')).body}`;

  assert.doesNotMatch(shown, /argon2|a password of some length/);
});

test('a token does what it was made for until it is taken back', async () => {
  const analyst = await server.as('analyst');
  const made = (await analyst.send('POST', '/tokens', { name: 'pipeline', grants: [reader], days: 1 })).json();
  assert.match(made.token, /^bw_[\w-]{43}$/);
  assert.equal(made.token.startsWith(made.hint), true);
  assert.deepEqual((await bearer(made.token)).json().grants, [reader]);

  assert.equal((await analyst.send('DELETE', `/tokens/${made.id}`)).statusCode, 204);

  assert.equal((await bearer(made.token)).statusCode, 401);
  const rows = await server.context.store.selectFrom('api_token').select('hash').execute();
  assert.equal(
    rows.some(({ hash }) => hash.toString().includes(made.token)),
    false,
  );
});

for (const [beyond, grant] of [
  ['a higher role', { role: 'admin', scope: { kind: 'registry', value: 'prod' } }],
  ['a wider scope', { role: 'reader', scope: { kind: 'all' } }],
  ['another registry', { role: 'reader', scope: { kind: 'registry', value: 'production' } }],
  ['a repository of another registry', { role: 'reader', scope: { kind: 'repository', value: 'production/app' } }],
  ['a glob over more', { role: 'reader', scope: { kind: 'repository', value: 'prod*' } }],
] as const)
  test(`a token for ${beyond} than its maker has is refused`, async () => {
    const maker = await server.as([{ role: 'analyst', scope: { kind: 'registry', value: 'prod' } }]);

    const answer = await maker.send('POST', '/tokens', { name: 'x', grants: [grant] });

    assert.equal(answer.statusCode, 403);
  });

test('a token for less than its maker has is made', async () => {
  const maker = await server.as([{ role: 'analyst', scope: { kind: 'registry', value: 'prod' } }]);
  for (const scope of [
    { kind: 'registry', value: 'prod' },
    { kind: 'repository', value: 'prod/team/*' },
  ])
    assert.equal(
      (await maker.send('POST', '/tokens', { name: 'x', grants: [{ role: 'reader', scope }] })).statusCode,
      201,
    );
});

test('a token cannot outlive itself by making another', async () => {
  const owner = await server.as('analyst');
  const first = (await owner.send('POST', '/tokens', { name: 'first', grants: [reader], days: 1 })).json();

  const second = await server.app.inject({
    method: 'POST',
    url: '/api/v1/tokens',
    headers: { authorization: `Bearer ${first.token}` },
    payload: { name: 'second', grants: [reader], days: 300 },
  });

  assert.equal(second.json().expires, first.expires);
});

test('everybody sees the own tokens, and only administrators those of others', async () => {
  const [one, other] = [await server.as('reader'), await server.as('reader')];
  const made = (await one.send('POST', '/tokens', { name: 'mine', grants: [reader] })).json();

  assert.deepEqual((await other.get('/tokens')).json().items, []);
  assert.equal((await other.get('/tokens?everybody=true')).statusCode, 403);
  assert.equal((await other.send('DELETE', `/tokens/${made.id}`)).statusCode, 404);
  const all = (await admin.get('/tokens?everybody=true&limit=500')).json().items;
  assert.ok(all.some(({ id }: { id: string }) => id === made.id));
  assert.doesNotMatch(JSON.stringify(all), /"token"/);
});

test('the trail is exported whole, and a spreadsheet runs nothing of it', async () => {
  await server.context.store
    .insertInto('trail')
    .values({ who: '=HYPERLINK("http://evil")', action: 'a,b', subject: 'line\nbreak', outcome: 'done' })
    .execute();

  const [csv, ndjson] = [await admin.get('/trail/export?format=csv'), await admin.get('/trail/export')];

  assert.match(csv.headers['content-disposition'] as string, /trail\.csv/);
  assert.match(csv.body, /"'=HYPERLINK\(""http:\/\/evil""\)",,"a,b","line\nbreak",done,/);
  const lines = ndjson.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const total = await server.context.store.selectFrom('trail').select('id').execute();
  assert.equal(lines.length, total.length);
});
