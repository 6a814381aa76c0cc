import { sql } from 'kysely';
import type { Store, StoreTransaction } from './tables.ts';

/** An image that cannot be scanned says so; what an earlier scan found of it stands. */
export async function recordFailure(
  transaction: StoreTransaction,
  image: number,
  failure: { readonly code: string; readonly message: string },
  at: Date,
): Promise<void> {
  await transaction
    .updateTable('image')
    .set({ state: 'failed', failure: JSON.stringify(failure) })
    .where('id', '=', image)
    .execute();
  await transaction
    .insertInto('image_event')
    .values({ image, at, cause: 'scan', change: 'failed', flaw: null, component: null, detail: failure.message })
    .execute();
}

/** Nobody scans it for now: what an earlier scan found of it stands. */
export async function leaveImage(store: Store, image: number): Promise<string> {
  const row = await store
    .updateTable('image')
    .set({ state: sql<string>`CASE WHEN scanned IS NULL THEN 'queued' ELSE 'scanned' END` })
    .where('id', '=', image)
    .where('state', '=', 'scanning')
    .returning('state')
    .executeTakeFirst();
  return row?.state ?? 'queued';
}
