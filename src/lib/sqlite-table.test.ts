import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RandomAccess } from './random-access.ts';
import { readSqliteTable, type SqliteRow } from './sqlite-table.ts';

const maxRowBytes = 2 ** 20;

function access(content: Buffer): RandomAccess {
  return { size: content.length, read: (offset, length) => content.subarray(offset, offset + length) };
}

/** The file that SQLite itself makes of these statements and rows. */
function made(prepare: string, rows: readonly (readonly SQLInputValue[])[] = []): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-table-'));
  try {
    const database = new DatabaseSync(join(folder, 'db'));
    database.exec(prepare);
    for (const row of rows) database.prepare(`INSERT INTO t VALUES (${row.map(() => '?').join(',')})`).run(...row);
    database.close();
    return readFileSync(join(folder, 'db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(
  content: Buffer,
  table = 't',
): { readonly rows: readonly SqliteRow[]; readonly damages: readonly string[] } {
  const damages: string[] = [];
  const rows = [...readSqliteTable(access(content), table, maxRowBytes, (message) => damages.push(message))];
  return { rows, damages };
}

const value = fc.oneof(
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.constantFrom(0, 1, -1, 127, -128, 32767, 2 ** 23, -(2 ** 31), 2 ** 47),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((number) => number > 2n ** 53n || number < -(2n ** 53n)),
  fc.double({ noNaN: true }).filter((number) => !Number.isInteger(number)),
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  fc.nat(9000).map((length) => Buffer.alloc(length, 'payload')),
);

test('a table reads as SQLite wrote it, for every page size, encoding and length of row', () => {
  const pageBytes = fc.constantFrom(512, 1024, 4096, 65536);
  const encoding = fc.constantFrom('UTF-8', 'UTF-16le', 'UTF-16be');
  const table = fc.array(fc.tuple(value, value), { maxLength: 60 });

  fc.assert(
    fc.property(pageBytes, encoding, table, (size, spelling, rows) => {
      const content = made(
        `PRAGMA page_size=${size}; PRAGMA encoding='${spelling}'; CREATE TABLE other (x); CREATE TABLE t (a BLOB, b)`,
        rows,
      );

      const read = rowsOf(content);

      assert.deepEqual(read.damages, []);
      assert.deepEqual(
        read.rows.map(({ values }) => values),
        rows,
      );
    }),
    { numRuns: 40 },
  );
});

test('rows that were deleted are gone, and columns that were added later are absent', () => {
  const content = made(`CREATE TABLE t (a INTEGER PRIMARY KEY, b);
    INSERT INTO t VALUES (1, 'one'), (2, 'two'), (-5, 'minus');
    ALTER TABLE t ADD COLUMN c; INSERT INTO t VALUES (9000000000, 'big', 'c'); DELETE FROM t WHERE a = 1`);

  const { rows } = rowsOf(content);

  assert.deepEqual(
    rows.map(({ rowid, values }) => [rowid, ...values]),
    [
      [-5n, null, 'minus'],
      [2n, null, 'two'],
      [9000000000n, null, 'big', 'c'],
    ],
  );
});

test('what is no database, or lacks the table, is refused with the reason', () => {
  assert.throws(() => rowsOf(Buffer.alloc(200)), { code: 'FILE_INVALID', message: 'it is not a SQLite database' });
  assert.throws(() => rowsOf(made('CREATE TABLE u (a)')), { code: 'FILE_INVALID', message: 'it has no table t' });
});

test('a row over the limit is named and the others are read', () => {
  const content = made('CREATE TABLE t (a)', [['small'], [Buffer.alloc(maxRowBytes + 1)], ['last']]);

  const { rows, damages } = rowsOf(content);

  assert.deepEqual(
    rows.map(({ values }) => values[0]),
    ['small', 'last'],
  );
  assert.match(damages.join(), /over the limit/);
});

test('a tree that contains itself ends', () => {
  const rows = Array.from({ length: 200 }, (_, index) => [`row ${index}`.padEnd(100)]);
  const content = made('PRAGMA page_size=512; CREATE TABLE t (a)', rows);
  const root = 2;
  assert.equal(content[(root - 1) * 512], 5, 'the root should be an interior page');
  // The right-most child becomes the root itself.
  content.writeUInt32BE(root, (root - 1) * 512 + 8);

  const read = rowsOf(content);

  assert.ok(read.rows.length > 0 && read.rows.length < 200);
  assert.deepEqual(read.damages, ['page 2 is used twice']);
});

test('an overflow chain that bites its tail ends', () => {
  const content = made('PRAGMA page_size=512; CREATE TABLE t (a)', [[Buffer.alloc(5000, 1)], ['after']]);
  const overflow = 3;
  content.writeUInt32BE(overflow, (overflow - 1) * 512);

  const { rows, damages } = rowsOf(content);

  assert.deepEqual(
    rows.map(({ values }) => values[0]),
    ['after'],
  );
  assert.deepEqual(damages, ['page 2: page 3 is used twice']);
});
