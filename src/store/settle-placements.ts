import { sql } from 'kysely';
import { tryShareFence } from './builds.ts';
import { endExcepted, settleImages } from './excepted.ts';
import { clearSummaries, recountSummaries } from './summaries.ts';
import type { Store, StoreTransaction } from './tables.ts';

export interface Settled {
  /** Images that lie nowhere any more: their findings went. */
  readonly gone: readonly number[];
  /** Images that lie somewhere again: their findings are back. */
  readonly returned: readonly number[];
}

/**
 * Brings findings in line with where images lie: those of an image that a registry had and none has any more go, those
 * of one that is back return. Of these images, or of all; for these, exceptions of where they lie now hold, and of
 * where they lie no more do not. An image that never lay in a registry (an upload) stays.
 * `busy`: a vulnerability database is being installed, try again.
 */
export async function settlePlacements(
  store: Store,
  images: readonly number[] | 'all',
  at: Date,
): Promise<Settled | 'busy'> {
  if (images !== 'all' && images.length === 0) return { gone: [], returned: [] };
  return store.transaction().execute((transaction) => settlePlacementsWithin(transaction, images, at));
}

/** The same within a transaction that changes where they lie. */
export async function settlePlacementsWithin(
  transaction: StoreTransaction,
  images: readonly number[] | 'all',
  at: Date,
): Promise<Settled | 'busy'> {
  if (!(await tryShareFence(transaction))) return 'busy';
  const among = images === 'all' ? sql`true` : sql`id = ANY(${[...images]}::integer[])`;
  const there = sql`EXISTS (SELECT FROM placement WHERE placement.image = image.id AND deleted IS NULL)`;
  const everThere = sql`EXISTS (SELECT FROM placement WHERE placement.image = image.id)`;
  const { rows } = await sql<{ id: number; leaves: boolean }>`SELECT id, gone IS NULL AS leaves FROM image
    WHERE ${among} AND ((gone IS NULL AND ${everThere} AND NOT ${there}) OR (gone IS NOT NULL AND ${there}))
    ORDER BY id FOR NO KEY UPDATE`.execute(transaction);
  const gone = rows.flatMap(({ id, leaves }) => (leaves ? [id] : []));
  const returned = rows.flatMap(({ id, leaves }) => (leaves ? [] : [id]));
  await takeAway(transaction, gone, at);
  await bringBack(transaction, returned);
  const moved = new Set(rows.map(({ id }) => id));
  if (images !== 'all')
    await settleImages(
      transaction,
      images.filter((image) => !moved.has(image)),
    );
  return { gone, returned };
}

async function takeAway(transaction: StoreTransaction, images: readonly number[], at: Date): Promise<void> {
  if (images.length === 0) return;
  await sql`UPDATE image SET gone = ${at} WHERE id = ANY(${[...images]}::integer[])`.execute(transaction);
  await move(transaction, images, 'image_components', 'image_components_gone');
  await endExcepted(transaction, sql`image = ANY(${[...images]}::integer[])`);
  await clearSummaries(transaction, images);
}

async function bringBack(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length === 0) return;
  await sql`UPDATE image SET gone = NULL WHERE id = ANY(${[...images]}::integer[])`.execute(transaction);
  await move(transaction, images, 'image_components_gone', 'image_components');
  await recountSummaries(transaction, images);
  await settleImages(transaction, images);
}

async function move(transaction: StoreTransaction, images: readonly number[], from: string, to: string): Promise<void> {
  await sql`WITH moved AS (DELETE FROM ${sql.table(from)} WHERE image = ANY(${[...images]}::integer[]) RETURNING *)
    INSERT INTO ${sql.table(to)} (image, components) SELECT image, components FROM moved
    ON CONFLICT (image) DO UPDATE SET components = excluded.components`.execute(transaction);
}
