import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import * as z from 'zod';
import { until } from '../../../test/support/until.ts';
import { AppError } from '../../lib/errors.ts';
import { runTick } from '../jobs/tick.ts';
import { type Route, route } from '../route.ts';
import { routes } from '../routes/index.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';

let made = 0;
let wait: Promise<void> | undefined;
let fault: Error | undefined;

const slow = route({
  id: 'sample.make',
  method: 'POST',
  path: '/sample',
  summary: 'Makes one.',
  access: 'signed-in',
  body: z.object({ size: z.number() }),
  answer: z.object({ serial: z.number() }),
  status: 201,
  handle: async () => {
    await wait;
    if (fault) throw fault;
    made += 1;
    return { serial: made };
  },
});
const ask: Route = { ...slow, id: 'sample.ask', path: '/ask', status: 200 };

let clock = Date.now();
let server: TestServer;
before(async () => {
  server = await startTestServer({ routes: [...routes, slow, ask], parts: { now: () => new Date(clock) } });
});
after(() => server.close());

const keyed = (key: string = randomUUID()) => ({ 'idempotency-key': key });

test('a token that is asked for again with the same key is made once, and told again', async () => {
  const reader = await server.as('reader');
  const wanted = { name: 'ci', days: 5, grants: [{ role: 'reader', scope: { kind: 'all' } }] };
  const key = keyed();

  const [first, again] = [
    await reader.send('POST', '/tokens', wanted, key),
    await reader.send('POST', '/tokens', wanted, key),
  ];

  assert.equal(first.statusCode, 201, first.body);
  assert.deepEqual([again.statusCode, again.json()], [201, first.json()]);
  assert.deepEqual(
    [first, again].map(({ headers }) => headers['idempotency-replayed']),
    [undefined, 'true'],
  );
  assert.equal((await reader.get('/tokens')).json().items.length, 1);
  const { rows } = await sql<{ kept: string }>`SELECT encode(answer, 'escape') AS kept FROM repeatable_request
    WHERE account = ${reader.account}`.execute(server.context.store);
  assert.ok(rows.length === 1 && !rows[0]?.kept.includes(first.json().token), 'what is shown once is kept sealed');
  const { rows: trail } = await sql`SELECT FROM trail WHERE action = 'token.create' AND who = ${reader.login}`.execute(
    server.context.store,
  );
  assert.equal(trail.length, 1);
});

test('without a key, and where nothing is made, each request is one of its own', async () => {
  const reader = await server.as('reader');
  const key = keyed();
  for (const [path, headers] of [
    ['/sample', {}],
    ['/ask', key],
  ] as const) {
    const serials = [1, 2].map(async () => (await reader.send('POST', path, { size: 1 }, headers)).json().serial);
    assert.equal(new Set(await Promise.all(serials)).size, 2, path);
  }
});

test('a key is for one request of one account with its rights', async () => {
  const [reader, other] = [await server.as('reader'), await server.as('reader')];
  const key = keyed();
  const first = await reader.send('POST', '/sample', { size: 1 }, key);

  const different = await reader.send('POST', '/sample', { size: 2 }, key);
  assert.deepEqual([different.statusCode, different.json().code], [422, 'KEY_REUSED']);
  const theirs = await other.send('POST', '/sample', { size: 1 }, key);
  assert.deepEqual([theirs.statusCode, theirs.headers['idempotency-replayed']], [201, undefined]);

  await sql`UPDATE account SET grants = '[{"role":"reader","scope":{"kind":"registry","value":"a"}}]'
    WHERE id = ${reader.account}`.execute(server.context.store);
  assert.equal((await reader.send('POST', '/sample', { size: 1 }, key)).statusCode, 422);
  assert.equal(first.statusCode, 201);
});

test('a repeated request waits for nobody: while the first is answered it is told so', async () => {
  const reader = await server.as('reader');
  const key = keyed();
  const before = made;
  let go = () => {};
  wait = new Promise((resolve) => {
    go = resolve;
  });
  const early: unknown[] = [];
  const requests = Array.from({ length: 5 }, async () => {
    const answer = await reader.send('POST', '/sample', { size: 1 }, key);
    early.push([answer.statusCode, answer.headers['retry-after']]);
    return answer;
  });
  await until(() => early.length === 4);
  assert.deepEqual(early, Array(4).fill([409, '2']));
  go();
  const answers = await Promise.all(requests);
  wait = undefined;

  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [201, 409, 409, 409, 409]);
  assert.equal(made, before + 1);
  assert.equal((await reader.send('POST', '/sample', { size: 1 }, key)).statusCode, 201);
  assert.equal(made, before + 1);
});

test('what was refused or failed may be asked for again, what broke off is not done twice', async () => {
  const reader = await server.as('reader');
  const key = keyed();
  for (const [error, status] of [
    [new AppError('NOT_FOUND', 'not yet'), 404],
    [new Error('broken'), 500],
  ] as const) {
    fault = error;
    assert.equal((await reader.send('POST', '/sample', { size: 1 }, key)).statusCode, status);
  }
  fault = undefined;
  assert.equal((await reader.send('POST', '/sample', { size: 1 }, key)).statusCode, 201);

  await server.context.store.updateTable('repeatable_request').set({ answer: null }).execute();
  clock += 11 * 60_000;
  const lost = await reader.send('POST', '/sample', { size: 1 }, key);
  assert.equal(lost.statusCode, 409);
  assert.match(lost.json().detail, /nobody knows whether it was done/);
});

test('a key is one to 255 visible characters, with or without quotes', async () => {
  const reader = await server.as('reader');
  for (const key of ['', 'a b', 'x'.repeat(256), 'é'])
    assert.equal((await reader.send('POST', '/sample', { size: 1 }, keyed(key))).statusCode, 400, key);
  const serials = [];
  for (const key of ['k', '"k"']) serials.push((await reader.send('POST', '/sample', { size: 1 }, keyed(key))).body);
  assert.equal(new Set(serials).size, 1);
});

test('keys are remembered for a day, and no more than a thousand of an account', async () => {
  const reader = await server.as('reader');
  const { store } = server.context;
  const at = new Date(clock - 1_000);
  const rows = Array.from({ length: 1_005 }, (_, of) => ({
    key: `old-${of}`,
    at,
    request: Buffer.alloc(1),
    answer: null,
  }));
  await store
    .insertInto('repeatable_request')
    .values(rows.map((row) => ({ ...row, account: reader.account })))
    .execute();
  const key = keyed();
  const first = (await reader.send('POST', '/sample', { size: 1 }, key)).body;
  const count = async () =>
    Number(
      (
        await store
          .selectFrom('repeatable_request')
          .select(({ fn }) => fn.countAll().as('rows'))
          .where('account', '=', reader.account)
          .executeTakeFirstOrThrow()
      ).rows,
    );
  assert.equal(await count(), 1_000);
  assert.equal((await reader.send('POST', '/sample', { size: 1 }, key)).body, first);

  await sql`UPDATE repeatable_request SET at = at - interval '1 day 1 second'`.execute(store);
  const later = await reader.send('POST', '/sample', { size: 1 }, key);
  assert.ok(later.statusCode === 201 && later.body !== first);
  await runTick(server.context);
  assert.equal(await count(), 1);
});
