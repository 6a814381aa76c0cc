import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { serverConfig } from '../../src/server/config.ts';
import { createApp } from '../../src/server/http/app.ts';
import { createRate } from '../../src/server/http/rate.ts';
import { routes } from '../../src/server/routes/index.ts';
import { startSession } from '../../src/server/sign-in/sessions.ts';
import { openTestContext, type TestContext } from '../../src/server/testing/test-context.ts';
import { addAccount } from '../../src/store/accounts.ts';

let context: TestContext;
let app: FastifyInstance;
let port: number;

before(async () => {
  const { rate } = serverConfig.parse({ dataDir: '/' });
  context = await openTestContext({ config: { rate: { ...rate, requestsPerMinute: 60, signInsPerMinute: 5 } } });
  const timeouts = { headersMs: 500, requestMs: 1_000, idleMs: 2_000, checkEveryMs: 100 };
  app = await createApp(context, { routes, timeouts });
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
after(async () => {
  await app.close();
  await context.close();
});

/** Sends a piece at a time; how long the server bore with it, and what it said. */
function trickle(first: string, piece: string): Promise<{ readonly ms: number; readonly answer: string }> {
  const began = performance.now();
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(first));
    const timer = setInterval(() => socket.write(piece), 50);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ ms: performance.now() - began, answer });
    });
    setTimeout(() => socket.destroy(), 8_000).unref();
  });
}

test('headers that come byte by byte are not waited for', async () => {
  const { ms, answer } = await trickle('GET / HTTP/1.1\r\nhost: x\r\nx: ', 'a');
  assert.ok(ms < 3_000, `${ms} ms`);
  assert.match(answer, /^HTTP\/1\.1 408 /);
});

test('a body that comes byte by byte is not waited for', async () => {
  const { ms, answer } = await trickle(
    'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{',
    ' ',
  );
  assert.ok(ms < 4_000, `${ms} ms`);
  assert.match(answer, /^(HTTP\/1\.1 408 |$)/);
});

test('a connection that says nothing is closed', async () => {
  const { ms } = await trickle('', '');
  assert.ok(ms < 4_000, `${ms} ms`);
});

test('while a slow one is waited for, others are served', async () => {
  const slow = trickle('POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n', 'x');
  const began = performance.now();
  await (await fetch(`http://127.0.0.1:${port}/api/v1/session/options`)).text();
  assert.ok(performance.now() - began < 500);
  await slow;
});

test('guessing is slowed down by address, and told when to try again', async () => {
  const guess = () =>
    app.inject({
      method: 'POST',
      url: '/api/v1/session',
      remoteAddress: '203.0.113.5',
      payload: { user: 'admin', password: 'a wrong password' },
    });
  const statuses = [];
  for (let times = 0; times < 8; times += 1) statuses.push((await guess()).statusCode);

  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
  assert.ok(Number((await guess()).headers['retry-after']) >= 1);
  const neighbour = await app.inject({ method: 'GET', url: '/api/v1/session/options', remoteAddress: '203.0.113.6' });
  assert.equal(neighbour.statusCode, 200);
});

test('an address that asks too much is refused before the store is asked', async () => {
  const ask = () =>
    app.inject({
      url: '/api/v1/users',
      remoteAddress: '203.0.113.9',
      headers: { authorization: `Bearer bw_${'A'.repeat(43)}` },
    });
  const answers = await Promise.all(Array.from({ length: 200 }, ask));

  const refused = answers.filter(({ statusCode }) => statusCode === 429).length;
  assert.ok(refused >= 100, `${refused} refused`);
});

test('one client with IPv6 is one, however many addresses it takes', async () => {
  const statuses = [];
  for (let host = 1; host <= 8; host += 1) {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      remoteAddress: `2001:db8:1:2::${host.toString(16)}`,
      payload: { user: 'admin', password: 'a wrong password' },
    });
    statuses.push(answer.statusCode);
  }
  assert.equal(statuses.filter((status) => status === 429).length, 3);
});

test('made-up addresses cost bounded memory', () => {
  const rate = createRate(10, () => 0, 1_000);
  for (let at = 0; at < 100_000; at += 1) rate.take(`address-${at}`);
  for (let times = 0; times < 10; times += 1) rate.take('known');
  assert.equal(rate.take('known') === undefined, false);
});

test('the database itself refuses to change or to empty the trail', async () => {
  const { store } = context;
  await store.insertInto('trail').values({ who: 'a', action: 'b', subject: 'c', outcome: 'done' }).execute();

  await assert.rejects(store.updateTable('trail').set({ who: 'nobody' }).execute(), /append-only/);
  await assert.rejects(store.deleteFrom('trail').execute(), /append-only/);
});

test('a server that stops does not wait for pages that listen', async () => {
  const own = await openTestContext();
  const stopping = await createApp(own, { routes });
  const url = await stopping.listen({ host: '127.0.0.1', port: 0 });
  const account = await addAccount(own.store, {
    login: 'listener',
    source: 'local',
    grants: [{ role: 'reader', scope: { kind: 'all' } }],
  });
  const { cookie } = await startSession(own, account?.id ?? '');
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  const listening = await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/v1/events`, { headers })));
  const began = performance.now();

  await stopping.close();

  assert.ok(performance.now() - began < 1_000);
  for (const { body } of listening) await body?.cancel();
  await own.close();
});
