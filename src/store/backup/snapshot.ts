import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { schemaLockKey } from '../migrate.ts';
import type { TableHeader } from './manifest.ts';
import { quoted } from './stored-tables.ts';

/**
 * Values as text that reads back to the same value whatever the database's settings are, and tables from their beginning.
 */
export const exactText = `
  SET LOCAL timezone = 'UTC';
  SET LOCAL datestyle = 'ISO, YMD';
  SET LOCAL intervalstyle = 'postgres';
  SET LOCAL bytea_output = 'hex';
  SET LOCAL extra_float_digits = 1;
  SET LOCAL synchronize_seqscans = off;
  SET LOCAL statement_timeout = 0;`;

/** Runs with one view of the whole store, while the schema stands still. */
export async function withSnapshot<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('SELECT pg_advisory_lock_shared($1)', [schemaLockKey]);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(exactText);
    return await run(client);
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    if (broken === undefined) {
      await client.query('COMMIT');
      await client.query('SELECT pg_advisory_unlock_shared($1)', [schemaLockKey]);
    }
    // A connection that broke off within a COPY is of no more use; its locks go with it.
    client.release(broken);
  }
}

/** The rows of a table, in text, as they come. */
export function copyRows(client: pg.PoolClient, { table, columns }: TableHeader): AsyncIterable<Buffer> {
  return client.query(copyTo(`COPY ${quoted(table)} (${columns.map(quoted).join(', ')}) TO STDOUT`));
}

/** Steps of the schema that the database has; none when it holds no store. */
export async function appliedSchema(client: pg.ClientBase): Promise<readonly { id: string; hash: string }[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('migration') IS NOT NULL AS there",
  );
  if (found[0]?.there !== true) return [];
  const { rows } = await client.query<{ id: string; hash: string }>(
    'SELECT id, hash FROM migration ORDER BY id COLLATE "C"',
  );
  return rows;
}
