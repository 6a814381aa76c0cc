import { sql } from 'kysely';
import type { Artifact } from '../model/artifact.ts';
import { tryShareFence } from './builds.ts';
import { clearSummaries } from './summaries.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** Whether it is known what it holds, or that it is no image. */
export function isLookedThrough(state: string): boolean {
  return state === 'scanned' || state === 'artifact';
}

/**
 * An image that cannot be scanned says so; what an earlier scan found of it stands, and what was found to be no image
 * stays so.
 */
export async function recordFailure(
  transaction: StoreTransaction,
  image: number,
  failure: { readonly code: string; readonly message: string },
  at: Date,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('image')
    .set({ state: 'failed', failure: JSON.stringify(failure) })
    .where('id', '=', image)
    .where('artifact', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
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
  const left = row ?? (await store.selectFrom('image').select('state').where('id', '=', image).executeTakeFirst());
  return left?.state ?? 'queued';
}

export interface FoundArtifact extends Artifact {
  /** Row of `image`. */
  readonly image: number;
  /** Which version told what it is. */
  readonly scanner: string;
}

/**
 * Writes down that this is no image. What an earlier version took it for goes. `busy`: a vulnerability database is being
 * installed, try again. `lost`: somebody else looks at it by now, and nothing was written.
 */
export async function recordArtifact(
  store: Store,
  { image, kind, mediaType, scanner }: FoundArtifact,
  isStillOurs: (transaction: StoreTransaction) => Promise<boolean>,
): Promise<'recorded' | 'busy' | 'lost'> {
  return store.transaction().execute(async (transaction) => {
    if (!(await tryShareFence(transaction))) return 'busy';
    if (!(await isStillOurs(transaction))) return 'lost';
    const told = { state: 'artifact', artifact: kind, media_type: mediaType, scanner };
    const unknown = {
      platform: null,
      os: null,
      end_of_life: null,
      failure: null,
      scanned: null,
      problems: 0,
      packages: 0,
    };
    await transaction
      .updateTable('image')
      .set({ ...told, ...unknown })
      .where('id', '=', image)
      .execute();
    await forgetScan(transaction, image);
    return 'recorded';
  });
}

/** Only where there was one: each of these statements has the counts of the whole estate made anew. */
async function forgetScan(transaction: StoreTransaction, image: number): Promise<void> {
  const kept = await transaction.deleteFrom('image_detail').where('image', '=', image).executeTakeFirst();
  if (kept.numDeletedRows === 0n) return;
  for (const table of ['image_components', 'image_components_gone', 'excepted'] as const)
    await transaction.deleteFrom(table).where('image', '=', image).execute();
  await clearSummaries(transaction, [image]);
}
