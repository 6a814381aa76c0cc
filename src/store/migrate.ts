import { createHash } from 'node:crypto';
import type pg from 'pg';
import { AppError } from '../lib/errors.ts';
import type { Migration } from './migration.ts';
import { migrations as released } from './migrations/index.ts';
import type { StoreLog } from './store-log.ts';

export interface MigrateOptions {
  readonly pool: pg.Pool;
  readonly log: StoreLog;
  readonly migrations?: readonly Migration[];
}

/** Of the advisory lock that whoever changes the schema holds. Any number, as long as it is always the same. */
export const schemaLockKey = 7_318_349_394;

/**
 * Brings the schema to the newest step, each step in a transaction of its own. Replicas that start together wait for each
 * other. A schema that this program does not know is left alone.
 */
export async function migrate({ pool, log, migrations = released }: MigrateOptions): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [schemaLockKey]);
    try {
      const applied = await appliedSteps(client);
      checkApplied(applied, migrations);
      for (const step of migrations.slice(applied.length)) {
        await apply(client, step);
        log.info({ step: step.id }, 'the schema was migrated');
      }
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [schemaLockKey]);
    }
  } finally {
    client.release();
  }
}

/** Identity of a step: whoever changes a step that was applied somewhere learns it at the next start. */
export function hashOf(step: Migration): string {
  return createHash('sha256').update(step.sql).digest('hex');
}

interface AppliedStep {
  readonly id: string;
  readonly hash: string;
}

async function appliedSteps(client: pg.PoolClient): Promise<readonly AppliedStep[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS migration (
    id text PRIMARY KEY,
    hash text NOT NULL,
    applied timestamptz NOT NULL DEFAULT clock_timestamp()
  )`);
  const { rows } = await client.query<AppliedStep>('SELECT id, hash FROM migration ORDER BY id COLLATE "C"');
  return rows;
}

function checkApplied(applied: readonly AppliedStep[], migrations: readonly Migration[]): void {
  for (const [index, { id, hash }] of applied.entries()) {
    const step = migrations[index];
    if (step === undefined || step.id !== id) {
      throw new AppError(
        'STORE_INVALID',
        `The store was written by a newer version of this program (schema step ${id} is not known here). ` +
          'Start that version or a later one, or restore a backup of this version into an empty store.',
      );
    }
    if (hashOf(step) !== hash) {
      throw new AppError(
        'STORE_INVALID',
        `Schema step ${id} of the store is not the one of this program: the store was made by a version that was never ` +
          'released. Start with an empty data directory or an empty database.',
      );
    }
  }
}

async function apply(client: pg.PoolClient, step: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(step.sql);
    await client.query('INSERT INTO migration (id, hash) VALUES ($1, $2)', [step.id, hashOf(step)]);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw cause;
  }
}
