import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { migrations } from '../migrations/index.ts';
import { silentLog as log } from '../store-log.ts';
import type { Store } from '../tables.ts';
import { openEmptyTestDatabase, openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { backupTo } from './backup-to.ts';
import { restoreFrom } from './restore-from.ts';

const folder = mkdtempSync(join(tmpdir(), 'bw-backup-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFile = () => join(folder, `${++count}.backup`);

/** Text as it comes, but without the byte that PostgreSQL has no room for, and well formed. */
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', '').toWellFormed());
const bytes = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value));
const real = fc.float({ noNaN: true, noDefaultInfinity: true });
const instant = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const row = fc.record({
  text,
  words: fc.array(text, { maxLength: 4 }),
  bytes,
  real,
  instant,
  numbers: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 6 }),
  json: fc.jsonValue({ stringUnit: 'grapheme', depthSize: 'small' }).map(withoutNul),
  day: fc.integer({ min: 0, max: 40_000 }).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10)),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

test('whatever the store holds comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      await using source = await openTestStore();
      await using target = await openTestStore();
      const file = newFile();
      await write(source.store, rows);

      const written = await backupTo(source.pool, file);
      const restored = await restoreFrom({ pool: target.pool, file, log });

      assert.deepEqual(restored, written);
      assert.deepEqual(await contents(target), await contents(source));
    }),
    { numRuns: 4 },
  );
});

test('new rows get numbers that no old one had, even where the last ones are gone', async () => {
  await using source = await openTestStore();
  await using target = await openTestStore();
  const file = newFile();
  await write(source.store, fc.sample(row, { numRuns: 3, seed: 1 }));
  const { rows: last } = await sql<{
    id: number;
  }>`DELETE FROM flaw WHERE id = (SELECT max(id) FROM flaw) RETURNING id`.execute(source.store);

  await backupTo(source.pool, file);
  await restoreFrom({ pool: target.pool, file, log });

  const { id } = await target.store
    .insertInto('flaw')
    .values({ name: 'CVE-2', facts: '{}', hash: Buffer.of(1) })
    .returning('id')
    .executeTakeFirstOrThrow();
  assert.equal(id, (last[0]?.id ?? 0) + 1);
});

test('a backup is of one moment while others write', async () => {
  await using source = await openTestStore();
  await using target = await openEmptyTestDatabase();
  const file = newFile();
  let writing = true;
  const pairs = (async () => {
    for (let next = 0; writing; next++) {
      await source.store.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('setting')
          .values({ name: `${next}`, value: '1' })
          .execute();
        await transaction
          .insertInto('trail')
          .values({ who: 'a', action: 'b', subject: `${next}`, outcome: 'done' })
          .execute();
      });
    }
  })();

  await backupTo(source.pool, file);
  writing = false;
  await pairs;
  await restoreFrom({ pool: target.pool, file, log });

  const settings = await target.store.selectFrom('setting').select('name').execute();
  const subjects = await target.store.selectFrom('trail').select('subject').execute();
  assert.deepEqual(new Set(settings.map(({ name }) => name)), new Set(subjects.map(({ subject }) => subject)));
});

test('guards of the schema stand after restoring', async () => {
  await using source = await openTestStore();
  await using target = await openEmptyTestDatabase();
  const file = newFile();
  await source.store.insertInto('trail').values({ who: 'a', action: 'b', subject: 'c', outcome: 'done' }).execute();
  await backupTo(source.pool, file);

  await restoreFrom({ pool: target.pool, file, log });

  await assert.rejects(target.store.deleteFrom('trail').execute(), /append-only/);
});

test('a backup of an earlier version is migrated', async () => {
  await using source = await openTestStore();
  await using target = await openEmptyTestDatabase();
  const file = newFile();
  await write(source.store, fc.sample(row, { numRuns: 2, seed: 2 }));
  await backupTo(source.pool, file);
  const next = { id: '9001-next', sql: "ALTER TABLE setting ADD COLUMN note text NOT NULL DEFAULT 'new'" };

  await restoreFrom({ pool: target.pool, file, log, migrations: [...migrations, next] });

  const { rows } = await target.pool.query('SELECT DISTINCT note FROM setting');
  assert.deepEqual(rows, [{ note: 'new' }]);
});

test('a backup of a newer version is refused', async () => {
  await using source = await openTestStore();
  await using target = await openEmptyTestDatabase();
  const file = newFile();
  await source.pool.query("INSERT INTO migration (id, hash) VALUES ('9001-next', 'x')");
  await backupTo(source.pool, file);

  await assert.rejects(restoreFrom({ pool: target.pool, file, log }), { code: 'STORE_INVALID' });
});

test('a store that is not empty is left as it is', async () => {
  await using source = await openTestStore();
  const file = newFile();
  await source.store.insertInto('setting').values({ name: 'a', value: '1' }).execute();
  await backupTo(source.pool, file);

  await assert.rejects(restoreFrom({ pool: source.pool, file, log }), { code: 'CONFLICT', message: /not empty/ });
});

test('sessions and the schema table are not in a backup, and nobody else may read it', async () => {
  await using source = await openTestStore();
  const file = newFile();

  const { tables } = await backupTo(source.pool, file);

  const names = tables.map(({ table }) => table);
  assert.ok(names.includes('account') && names.includes('trail'));
  assert.ok(!names.includes('session') && !names.includes('migration'));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await assert.rejects(backupTo(source.pool, file), { code: 'CONFLICT' });
});

test('a database without a store gives no backup', async () => {
  await using empty = await openEmptyTestDatabase();

  await assert.rejects(backupTo(empty.pool, newFile()), { code: 'NOT_FOUND' });
});

test('a backup that was cut short or changed anywhere restores nothing', async () => {
  await using source = await openTestStore();
  await using target = await openEmptyTestDatabase();
  const file = newFile();
  await write(source.store, fc.sample(row, { numRuns: 3, seed: 3 }));
  await backupTo(source.pool, file);
  const whole = readFileSync(file);
  const plain = zstdDecompressSync(whole);
  const damages = [
    Buffer.alloc(0),
    whole.subarray(0, whole.length / 2),
    flipped(whole, Math.floor(whole.length / 2)),
    ...[10, plain.indexOf('image_components'), plain.lastIndexOf('"rows"') + 8, Math.floor(plain.length / 2)].map(
      (at) => zstdCompressSync(flipped(plain, at)),
    ),
    zstdCompressSync(plain.subarray(0, plain.lastIndexOf('{"breakwaterBackup'))),
    zstdCompressSync(Buffer.concat([plain, Buffer.from('more')])),
  ];

  for (const [index, damaged] of damages.entries()) {
    const path = newFile();
    writeFileSync(path, damaged);
    const failure = await restoreFrom({ pool: target.pool, file: path, log }).catch((error: unknown) => error);
    assert.ok(failure instanceof Error, `damage ${index} was noticed`);
    const { rows } = await target.pool.query("SELECT to_regclass('setting') IS NOT NULL AS there");
    if (rows[0]?.there)
      assert.deepEqual(await target.store.selectFrom('setting').selectAll().execute(), [], `${index}`);
  }

  await restoreFrom({ pool: target.pool, file, log });
  assert.deepEqual(await contents(target), await contents(source));
});

async function write(store: Store, rows: readonly Row[]): Promise<void> {
  for (const [index, { text, words, bytes, real, instant, numbers, json, day }] of rows.entries()) {
    const name = `${index} ${text}`;
    await store
      .insertInto('setting')
      .values({ name, value: JSON.stringify(json) })
      .execute();
    await store
      .insertInto('trail')
      .values({ who: text, action: 'a', subject: text, outcome: 'done', detail: JSON.stringify(json), at: instant })
      .execute();
    await store
      .insertInto('flaw')
      .values({ name, aliases: [...words], title: text, cvss: real, published: day, facts: '{}', hash: bytes })
      .execute();
    const { id } = await store
      .insertInto('image')
      .values({ digest: name, name: text, pushed: instant })
      .returning('id')
      .executeTakeFirstOrThrow();
    await store.insertInto('image_detail').values({ image: id, detail: bytes }).execute();
    await store
      .insertInto('image_components')
      .values({ image: id, components: [...numbers] })
      .execute();
    await store
      .insertInto('account')
      .values({ login: name, source: 'local', grants: JSON.stringify([json]), last_seen: instant })
      .execute();
  }
}

const tables = [
  'setting',
  'trail',
  'flaw',
  'image',
  'image_detail',
  'image_components',
  'image_summary',
  'account',
  'estate_change',
];

/** Rows as the database itself writes them. */
async function contents({ pool }: TestStore): Promise<object> {
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows } = await pool.query(`SELECT to_jsonb(t)::text AS row FROM ${table} t ORDER BY 1`);
    found[table] = rows;
  }
  return found;
}

function flipped(whole: Buffer, at: number): Buffer {
  const copy = Buffer.from(whole);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** PostgreSQL has no room for this character in JSON either. */
function withoutNul(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '').toWellFormed());
}
