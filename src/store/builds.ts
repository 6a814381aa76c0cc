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

/** Keeps the file of a build, for other replicas; of older builds, only the one before. */
export async function putBuildFile(
  transaction: StoreTransaction,
  build: number,
  parts: AsyncIterable<Buffer>,
): Promise<void> {
  await sql`DELETE FROM build_part WHERE build < (SELECT max(id) FROM build WHERE id < ${build})`.execute(transaction);
  let part = 0;
  for await (const bytes of parts) {
    await transaction.insertInto('build_part').values({ build, part, bytes }).execute();
    part += 1;
  }
}

/** The parts in order; none when the file is no longer kept. */
export async function* readBuildFile(store: Store, build: number): AsyncIterable<Buffer> {
  for (let part = 0; ; part += 1) {
    const row = await store
      .selectFrom('build_part')
      .select('bytes')
      .where('build', '=', build)
      .where('part', '=', part)
      .executeTakeFirst();
    if (!row) return;
    yield row.bytes;
  }
}
