import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { type RunningServer, type Signed, startRunningServer } from './running-server.ts';

/** The server may go to one address of this machine; everything else of it stands for what lies inside. */
let server: RunningServer;
let admin: Signed;

before(async () => {
  server = await startRunningServer({
    network: { allow: ['127.0.0.1/32'] },
    rate: { requestsPerMinute: 10_000_000, notificationsPerMinute: 6_000 },
  });
  admin = await server.session([{ role: 'admin', scope: { kind: 'all' } }]);
});
after(() => server.close());

interface Listener {
  readonly port: number;
  readonly paths: readonly string[];
}

/** Listens at every address of this machine and remembers what was asked of it. */
async function listen(
  t: TestContext,
  handle?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> {
  const paths: string[] = [];
  const listener = createServer((request, response) => {
    paths.push(request.url ?? '');
    if (handle) handle(request, response);
    else response.end('{"token":"inside"}');
  });
  await new Promise<void>((done) => listener.listen(0, '0.0.0.0', done));
  t.after(() => listener.closeAllConnections());
  t.after(() => listener.close());
  return { port: (listener.address() as AddressInfo).port, paths };
}

interface Step {
  readonly step: string;
  readonly ok: boolean;
  readonly message: string;
}

async function tryOut(settings: object): Promise<readonly Step[]> {
  const body = { name: 'tried', kind: 'distribution', plainHttp: true, ...settings };
  const { status, text } = await server.call('POST', '/api/v1/registry-tests', { headers: admin.headers, body });
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { steps: Step[] }).steps;
}

test('no way of writing an address leads a registry inside', async (t) => {
  const inside = await listen(t);
  const { port } = inside;
  const hosts = [
    ...['127.0.0.2', '127.2', '2130706434', '0x7f000002', '0177.0.0.2', '0.0.0.0', '0', '[::1]', '[::ffff:127.0.0.2]'],
    ...[
      '[::ffff:7f00:2]',
      '[::]',
      '[64:ff9b::7f00:2]',
      '169.254.169.254',
      '[fd00:ec2::254]',
      '100.100.100.200',
      '10.0.0.1',
    ],
    ...['168.63.129.16', '192.168.1.1', '172.17.0.1', '[fe80::1]', 'ip6-localhost', '①②⑦.0.0.2', '127.0.0.2.'],
  ];
  for (const host of hosts) {
    const steps = await tryOut({ host: `${host}:${port}` });
    assert.equal(steps.at(-1)?.ok, false, `${host}: ${JSON.stringify(steps)}`);
    assert.equal(steps.length, 1, `${host} gets no further than its address: ${JSON.stringify(steps)}`);
  }
  for (const host of [
    `a@127.0.0.1:${port}`,
    `127.0.0.1:${port}/x`,
    `127.0.0.1:${port}?x`,
    `127.0.0.1:${port}#x`,
    '127.0.0.1\\@127.0.0.2',
  ])
    assert.equal((await tryOut({ host }))[0]?.ok, false, host);
  assert.deepEqual(inside.paths, []);
});

test('redirects, token realms and pages that lead inside are not followed', async (t) => {
  const inside = await listen(t);
  const there = `http://127.0.0.2:${inside.port}`;
  const lures: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
    'a redirect': (_request, response) => response.writeHead(302, { location: `${there}/latest/meta-data` }).end(),
    'a redirect to the metadata service': (_request, response) =>
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    'a token realm': (_request, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${there}/token",service="x"` }).end(),
    'a token realm by name': (_request, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://ip6-localhost:${inside.port}/token"` }).end(),
  };
  for (const [what, lure] of Object.entries(lures)) {
    const outside = await listen(t, lure);
    const signIn = { method: 'password', username: 'jo', password: 'registry-password' };
    const last = (await tryOut({ host: `127.0.0.1:${outside.port}`, signIn })).at(-1);
    assert.deepEqual([last?.step, last?.ok], ['sign-in', false], what);
    assert.match(last?.message ?? '', /network\.allow|there is no host|redirects/, what);
    assert.doesNotMatch(last?.message ?? '', /registry-password/, what);
  }
  const paging = await listen(t, ({ url = '' }, response) => {
    const link = url.startsWith('/v2/_catalog') ? { link: `<${there}/v2/_catalog?last=x>; rel="next"` } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...link });
    response.end(url.startsWith('/v2/_catalog?n') ? '{"repositories":[]}' : '{"repositories":null}');
  });
  await tryOut({ host: `127.0.0.1:${paging.port}` });
  assert.ok(
    paging.paths.some((path) => path.includes('last=x')),
    'the page is asked of the registry itself',
  );
  assert.deepEqual(inside.paths, []);
});

test('nothing that a notification says makes the server ask anybody', async (t) => {
  const inside = await listen(t);
  const there = `http://127.0.0.1:${inside.port}`;
  const target = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...{
      digest: `sha256:${'a'.repeat(64)}`,
      repository: 'team/ssrf',
      tag: '1',
      url: `${there}/v2/team/app/manifests/x`,
    },
  };
  const event = {
    id: 'ssrf',
    timestamp: new Date().toISOString(),
    action: 'push',
    target,
    request: { host: there, addr: there },
  };
  const { status } = await notify({ events: [event] }, 'a secret of the registry');
  assert.equal(status, 200);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(inside.paths, []);
});

test('10,000 forged and repeated notifications are refused or taken once, while the API answers', async () => {
  const events = (id: string, letter: string) => ({
    events: [
      {
        ...{ id, timestamp: new Date().toISOString(), action: 'push' },
        target: {
          ...{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${letter.repeat(64)}` },
          ...{ repository: 'team/flood', tag: letter },
        },
      },
    ],
  });
  const real = events('real', 'b');
  const count = async () => {
    const { rows } = await sql<{ images: number; jobs: number; taken: number }>`SELECT
      (SELECT count(*)::int FROM placement JOIN repository ON repository.id = repository WHERE name = 'team/flood') AS images,
      (SELECT count(*)::int FROM job JOIN image ON image.id = job.image WHERE digest LIKE 'sha256:bbbb%' OR digest LIKE 'sha256:cccc%') AS jobs,
      (SELECT count(*)::int FROM notification WHERE delivery IN ('real') OR delivery LIKE 'forged%') AS taken`.execute(
      server.store,
    );
    return rows[0];
  };
  const statuses = new Map<number, number>();
  const slowest: number[] = [];
  const began = performance.now();
  for (let sent = 0; sent < 10_000; sent += 200) {
    const batch = Array.from({ length: 200 }, async (_, at) => {
      const isForged = at % 2 === 0;
      const { status } = isForged
        ? await notify(events(`forged-${sent + at}`, 'c'), `guess ${at}`)
        : await notify(real, 'a secret of the registry');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    const asked = performance.now();
    const answered = server.call('GET', '/api/v1/registries', { headers: admin.headers }).then(({ status }) => {
      assert.equal(status, 200);
      slowest.push(performance.now() - asked);
    });
    await Promise.all([...batch, answered]);
  }
  assert.deepEqual(await count(), { images: 1, jobs: 1, taken: 1 });
  assert.ok(
    [...statuses.keys()].every((status) => [200, 401, 429].includes(status)),
    JSON.stringify([...statuses]),
  );
  assert.equal(statuses.get(401), 5_000);
  assert.ok((statuses.get(200) ?? 0) > 0);
  assert.ok(Math.max(...slowest) < 5_000, `the API answered within ${Math.round(Math.max(...slowest))} ms`);
  assert.ok(performance.now() - began < 120_000);
});

function notify(body: object, secret: string) {
  return server.call('POST', '/api/v1/notifications/alpha', { headers: { authorization: `Bearer ${secret}` }, body });
}
