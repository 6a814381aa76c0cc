import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { AppError } from '../lib/errors.ts';
import { connect } from './connect.ts';
import { endsConnection, storeError } from './store-errors.ts';
import { silentLog as log } from './store-log.ts';
import { openTestStore } from './testing/open-test-store.ts';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

for (const [what, error] of [
  ['a server that ends', coded('57P01')],
  ['a server that starts', coded('57P03')],
  ['a broken connection', coded('08006')],
  ['a full disk', coded('53100')],
  ['too many connections', coded('53300')],
  ['an error of the disk', coded('58030')],
  ['a closed port', coded('ECONNREFUSED')],
  ['a missing socket', coded('ENOENT')],
  ['a connection lost within a query', new Error('Connection terminated unexpectedly')],
  ['no free connection in time', new Error('timeout exceeded when trying to connect')],
] as const) {
  test(`${what} is STORE_UNAVAILABLE, with the cause kept`, () => {
    const told = storeError(error);
    assert.ok(told instanceof AppError && told.code === 'STORE_UNAVAILABLE');
    assert.equal(told.cause, error);
  });
}

test('what the statement did wrong stays as it is', () => {
  for (const error of [coded('23505'), coded('42P01'), new TypeError('x'), 'text'])
    assert.equal(storeError(error), error);
});

test('an error tells whether its connection is over', () => {
  for (const error of [
    coded('57P01'),
    coded('08006'),
    coded('25P03'),
    coded('EPIPE'),
    new Error('Connection terminated'),
  ])
    assert.equal(endsConnection(error), true, String(error));
  for (const error of [coded('23505'), coded('57014'), coded('53100'), new TypeError('x'), 'text'])
    assert.equal(endsConnection(error), false, String(error));
});

test('what is known of the cause is told', () => {
  const told = storeError(coded('ECONNREFUSED'), () => 'the disk of /data is full');
  assert.match((told as AppError).message, /the disk of \/data is full/);
});

test('queries and transactions of a store that is not there fail with STORE_UNAVAILABLE', async () => {
  const { store, close } = connect({ url: 'postgresql://nobody@127.0.0.1:1/none', log });

  await assert.rejects(store.selectFrom('setting').selectAll().execute(), { code: 'STORE_UNAVAILABLE' });
  await assert.rejects(
    store.transaction().execute((transaction) => transaction.selectFrom('setting').selectAll().execute()),
    { code: 'STORE_UNAVAILABLE' },
  );
  await close();
});

test('a connection that is ended under a query fails that query, and the next one succeeds', async () => {
  await using opened = await openTestStore();

  const running = assert.rejects(sql`SELECT pg_sleep(10)`.execute(opened.store), { code: 'STORE_UNAVAILABLE' });
  for (let ended = 0; ended === 0; await sleep(10)) {
    const { rowCount } = await opened.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(10)'",
    );
    ended = rowCount ?? 0;
  }

  await running;
  assert.deepEqual(await opened.store.selectFrom('setting').selectAll().execute(), []);
});

test('days are text and instants are dates', async () => {
  await using opened = await openTestStore();
  const { rows } = await sql<{ day: unknown; at: unknown }>`
    SELECT date '2024-02-29' AS day, timestamptz '2024-02-29T12:00:00Z' AS at`.execute(opened.store);
  assert.deepEqual(rows, [{ day: '2024-02-29', at: new Date('2024-02-29T12:00:00Z') }]);
});
