import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { AppError } from '../lib/errors.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migration.ts';
import { migrations } from './migrations/index.ts';
import { silentLog as log } from './store-log.ts';
import { openTestStore } from './testing/open-test-store.ts';

const next: Migration = { id: '9001-next', sql: 'CREATE TABLE next (id integer)' };
const broken: Migration = { id: '9002-broken', sql: 'CREATE TABLE half (id integer); SELECT no_such_function()' };

test('applies only the steps that are missing', async () => {
  await using opened = await openTestStore();
  const said: unknown[] = [];
  const telling = { ...log, info: (fields: object) => said.push(fields) } as typeof log;

  await migrate({ pool: opened.pool, log: telling, migrations: [...migrations, next] });
  await migrate({ pool: opened.pool, log: telling, migrations: [...migrations, next] });

  assert.deepEqual(said, [{ step: next.id }]);
  assert.deepEqual(await appliedIds(opened.pool), [...migrations.map(({ id }) => id), next.id]);
});

test('leaves nothing of a step that fails, and all of those before it', async () => {
  await using opened = await openTestStore();

  await assert.rejects(migrate({ pool: opened.pool, log, migrations: [...migrations, next, broken] }));

  assert.equal((await appliedIds(opened.pool)).at(-1), next.id);
  const { rows } = await opened.pool.query("SELECT to_regclass('next') AS next, to_regclass('half') AS half");
  assert.deepEqual(rows, [{ next: 'next', half: null }]);
});

test('refuses a schema of a newer version and says what to do', async () => {
  await using opened = await openTestStore();
  await migrate({ pool: opened.pool, log, migrations: [...migrations, next] });

  const failure = await migrate({ pool: opened.pool, log }).catch((error: unknown) => error);

  assert.ok(failure instanceof AppError && failure.code === 'STORE_INVALID');
  assert.match(failure.message, /newer version.*9001-next.*Start that version/s);
});

test('refuses a step that is another one than was applied', async () => {
  await using opened = await openTestStore();
  await migrate({ pool: opened.pool, log, migrations: [...migrations, next] });
  const changed = { ...next, sql: 'CREATE TABLE next (id bigint)' };

  const failure = await migrate({ pool: opened.pool, log, migrations: [...migrations, changed] }).catch(
    (error: unknown) => error,
  );

  assert.ok(failure instanceof AppError && failure.code === 'STORE_INVALID');
});

test('runs each step once when replicas start together', async () => {
  await using opened = await openTestStore();
  const said: unknown[] = [];
  const telling = { ...log, info: (fields: object) => said.push(fields) } as typeof log;
  const slow: Migration = { id: '9001-slow', sql: 'SELECT pg_sleep(0.1); CREATE TABLE slow (id integer)' };

  await Promise.all(
    Array.from({ length: 4 }, () => migrate({ pool: opened.pool, log: telling, migrations: [...migrations, slow] })),
  );

  assert.deepEqual(said, [{ step: slow.id }]);
});

test('steps have ids in order', () => {
  const ids = migrations.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)].toSorted());
  for (const id of ids) assert.match(id, /^\d{4}-[a-z0-9-]+$/);
});

async function appliedIds(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM migration ORDER BY applied');
  return rows.map(({ id }) => id);
}
