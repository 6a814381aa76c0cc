import { sql } from 'kysely';
import type { Store } from './tables.ts';

/** The version of PostgreSQL, and how many connections to this database call themselves so. */
export async function databaseFacts(
  store: Store,
  application: string,
): Promise<{ readonly version: string; readonly connections: number }> {
  const { rows } = await sql<{ version: string; connections: number }>`
    SELECT current_setting('server_version') AS version,
      (SELECT count(*)::integer FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = ${application}) AS connections`.execute(store);
  return rows[0] ?? { version: 'unknown', connections: 0 };
}
