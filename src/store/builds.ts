import { sql } from 'kysely';
import type { Store, StoreTransaction } from './tables.ts';

/**
 * Scans and a new vulnerability database keep out of each other's way by this lock: scans share it while they record,
 * an installation has it alone. So nothing that was matched with one database is left behind when the next is in force.
 */
const fence = 7_203_114;

/** False while a new database is being installed: try again later, without holding a connection meanwhile. */
export async function tryShareFence(transaction: StoreTransaction): Promise<boolean> {
  const { rows } = await sql<{ got: boolean }>`SELECT pg_try_advisory_xact_lock_shared(${fence}) AS got`.execute(
    transaction,
  );
  return rows[0]?.got === true;
}

/** Waits until no scan is being recorded, and keeps new ones out until the transaction ends. */
export async function closeFence(transaction: StoreTransaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${fence})`.execute(transaction);
}

export interface Build {
  readonly id: number;
  /** Of the file. */
  readonly digest: string;
  readonly built: Date;
}

/** The vulnerability database in force; undefined before the first. */
export async function latestBuild(store: Store): Promise<Build | undefined> {
  return store.selectFrom('build').select(['id', 'digest', 'built']).orderBy('id', 'desc').limit(1).executeTakeFirst();
}
