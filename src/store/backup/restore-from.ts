import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { AppError } from '../../lib/errors.ts';
import { hashOf, migrate } from '../migrate.ts';
import type { Migration } from '../migration.ts';
import { migrations as released } from '../migrations/index.ts';
import { storeError } from '../store-errors.ts';
import type { StoreLog } from '../store-log.ts';
import { type BackupReader, readBackup } from './backup-reader.ts';
import {
  type BackupHeader,
  type BackupManifest,
  backupHeader,
  backupManifest,
  type TableFooter,
  type TableHeader,
  tableFooter,
  tableHeader,
} from './manifest.ts';
import { digestRows } from './row-digest.ts';
import { appliedSchema, copyRows, exactText } from './snapshot.ts';
import { quoted, storedTables } from './stored-tables.ts';

export interface RestoreOptions {
  readonly pool: pg.Pool;
  readonly file: string;
  readonly log: StoreLog;
  readonly migrations?: readonly Migration[];
}

/**
 * Fills an empty database from a backup, of this or an earlier version, and migrates it. All or nothing: what was restored
 * is read again and compared with what the file says before it is committed.
 */
export async function restoreFrom({ pool, file, log, migrations = released }: RestoreOptions): Promise<BackupManifest> {
  const reader = readBackup(file);
  try {
    const header = await reader.line(backupHeader);
    const steps = stepsOf(header, migrations, file);
    await checkEmpty(pool, header);
    await migrate({ pool, log, migrations: steps });
    const manifest = await load(pool, reader, header, file);
    await migrate({ pool, log, migrations });
    await pool.query('ANALYZE');
    return manifest;
  } catch (error) {
    throw storeError(error);
  } finally {
    reader.close();
  }
}

function stepsOf({ schema }: BackupHeader, migrations: readonly Migration[], file: string): readonly Migration[] {
  const known = schema.every(({ id, hash }, index) => {
    const step = migrations[index];
    return step !== undefined && step.id === id && hashOf(step) === hash;
  });
  if (known) return migrations.slice(0, schema.length);
  throw new AppError(
    'STORE_INVALID',
    `${file} was made by a newer version of this program, or one that was never released (schema ${schema.at(-1)?.id}). ` +
      'Restore it with that version or a later one.',
  );
}

/** Nothing at all, or the schema of the backup without a row. */
async function checkEmpty(pool: pg.Pool, { schema }: BackupHeader): Promise<void> {
  const client = await pool.connect();
  try {
    const applied = await appliedSchema(client);
    if (applied.length === 0) return;
    for (const { table } of await storedTables(client)) {
      const { rowCount } = await client.query(`SELECT 1 FROM ${quoted(table)} LIMIT 1`);
      if (rowCount !== 0) throw notEmpty(`table ${table} has rows`);
    }
    if (applied.length > schema.length) throw notEmpty('its schema is newer than that of the backup');
  } finally {
    client.release();
  }
}

function notEmpty(why: string): AppError {
  return new AppError(
    'CONFLICT',
    `The store is not empty: ${why}. Restore into a new data directory or a new database, before a server is started on it.`,
  );
}

async function load(pool: pg.Pool, reader: BackupReader, header: BackupHeader, file: string): Promise<BackupManifest> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query(exactText);
    const known = await storedTables(client);
    const manifest: BackupManifest = { ...header, tables: [] };
    for (const { table } of known) await client.query(`ALTER TABLE ${quoted(table)} DISABLE TRIGGER USER`);
    for (const table of known) manifest.tables.push(await loadTable(client, reader, table, file));
    for (const { table } of known) await client.query(`ALTER TABLE ${quoted(table)} ENABLE TRIGGER USER`);
    const told = await reader.line(backupManifest);
    await reader.end();
    if (JSON.stringify(told) !== JSON.stringify(manifest)) throw differs(file, 'its list of tables');
    await client.query('COMMIT');
    return manifest;
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // Closing the connection rolls back, also from within a COPY.
    client.release(broken);
  }
}

async function loadTable(client: pg.PoolClient, reader: BackupReader, known: TableHeader, file: string) {
  const header = await reader.line(tableHeader);
  if (header.table !== known.table || header.columns.join() !== known.columns.join())
    throw differs(file, `table ${header.table}`);
  const read = digestRows();
  const rows = async function* () {
    for await (const chunk of reader.chunks()) {
      read.update(chunk);
      yield chunk;
    }
  };
  const columns = header.columns.map(quoted).join(', ');
  const target = client.query(copyFrom(`COPY ${quoted(header.table)} (${columns}) FROM STDIN`));
  await pipeline(Readable.from(rows(), { objectMode: false }), target);
  const footer = await reader.line(tableFooter);
  if (!isSame(read.result(), footer)) throw differs(file, `the content of table ${header.table}`);
  await compareRestored(client, header, footer, file);
  for (const { column, value, isCalled } of header.sequences)
    await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3, $4)', [
      quoted(header.table),
      column,
      value,
      isCalled,
    ]);
  return { table: header.table, ...footer };
}

/** Reads again what the database now holds; rows may lie in another order. */
async function compareRestored(
  client: pg.PoolClient,
  table: TableHeader,
  { rows, rowSum }: TableFooter,
  file: string,
): Promise<void> {
  const restored = digestRows();
  for await (const chunk of copyRows(client, table)) restored.update(chunk);
  const result = restored.result();
  if (result.rows !== rows || result.rowSum !== rowSum)
    throw differs(file, `what was restored of table ${table.table}`);
}

function isSame(one: TableFooter, other: TableFooter): boolean {
  return one.rows === other.rows && one.sha256 === other.sha256 && one.rowSum === other.rowSum;
}

function differs(file: string, what: string): AppError {
  return new AppError(
    'FILE_INVALID',
    `${file} cannot be restored: ${what} is not what the backup says. Nothing was changed; use another backup.`,
  );
}
