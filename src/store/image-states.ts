import type { StoreTransaction } from './tables.ts';

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
