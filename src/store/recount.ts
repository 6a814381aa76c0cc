import { sql } from 'kysely';
import { fetchRows } from './fetch-rows.ts';
import { createFollowedImages, type FollowedImages } from './recount/followed-images.ts';
import { noPause, type Pause } from './recount/pause.ts';
import { readEstate } from './recount/read-estate.ts';
import { createTally } from './recount/tally.ts';
import { keepComponents, writeFlaws, writePackages } from './recount/write-counts.ts';
import { today, writeDay } from './recount/write-days.ts';
import { writeUpdates } from './recount/write-updates.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** Any number: whoever holds it recounts. */
const lockNumber = 7_310_245;
/** What is read at once holds up everything else for about a millisecond. */
const imagesAtOnce = 50;
/** When something changed; and once a day, so that each has a count. */
const isDue = sql<boolean>`(EXISTS (SELECT FROM estate_change) OR NOT EXISTS (SELECT FROM recount)
  OR NOT EXISTS (SELECT FROM day_summary WHERE day = ${today}))`;

export interface Recounted {
  readonly images: number;
  /** ms, without the pauses. */
  readonly took: number;
}

/**
 * Counts anew over all images which have what: distinct images cannot be added up, and ten million findings cannot be
 * counted at each look. One pass over the images' lists, in one snapshot, in memory that does not grow with the images.
 * Undefined when nothing changed since the last time of this day, or when another replica is at it.
 */
export async function recount(store: Store, pause: Pause = noPause): Promise<Recounted | undefined> {
  const started = performance.now();
  let pausedMs = 0;
  const rest = async () => {
    const began = performance.now();
    await pause();
    pausedMs += performance.now() - began;
  };
  return await store
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const { rows } = await sql<{
        mine: boolean;
        due: boolean;
      }>`SELECT pg_try_advisory_xact_lock(${lockNumber}) AS mine,
        ${isDue} AS due`.execute(transaction);
      if (!rows[0]?.mine || !rows[0].due) return undefined;
      // The snapshot may be older than the lock: what another replica just finished is then not seen, and done once more.
      const followed = createFollowedImages();
      const tally = createTally(await readEstate(transaction, rest), followed.add);
      for await (const images of fetchRows(
        transaction,
        sql<{ image: number; components: string }>`SELECT image, components::text AS components FROM image_components`,
        imagesAtOnce,
      )) {
        for (const { image, components } of images) tally.addImage(image, components);
        await rest();
      }
      // Everything below goes over whole tables, of which PostgreSQL expects a few rows: what it just counted itself.
      await sql`SET LOCAL enable_nestloop = off`.execute(transaction);
      await keepComponents(transaction, tally);
      await writeFlaws(transaction, tally);
      await writeUpdates(transaction, tally);
      await writePackages(transaction, tally);
      await writeDay(transaction);
      await writeFollowedImages(transaction, followed);
      const took = Math.round(performance.now() - started - pausedMs);
      await sql`DELETE FROM estate_change`.execute(transaction);
      await sql`INSERT INTO recount (at, took) VALUES (clock_timestamp(), ${took})
        ON CONFLICT (one) DO UPDATE SET at = excluded.at, took = excluded.took`.execute(transaction);
      return { images: tally.images(), took };
    });
}

/** For the counts over parts of the estate. */
async function writeFollowedImages(transaction: StoreTransaction, followed: FollowedImages): Promise<void> {
  const parts = followed.parts();
  for (const { part, lists } of parts)
    await sql`INSERT INTO followed_images AS old (part, lists) VALUES (${part}, ${Buffer.from(lists)})
      ON CONFLICT (part) DO UPDATE SET lists = excluded.lists WHERE old.lists <> excluded.lists`.execute(transaction);
  await sql`DELETE FROM followed_images WHERE part <> ALL(${parts.map(({ part }) => part)}::int[])`.execute(
    transaction,
  );
}

/** When the counts were made last, and whether to make them anew. */
export async function readRecounted(
  store: Store,
): Promise<{ readonly isDue: boolean; readonly ageMs: number; readonly took: number }> {
  const { rows } = await sql<{ due: boolean; age: number | null; took: number | null }>`SELECT
    ${isDue} AS due,
    (SELECT extract(epoch FROM clock_timestamp() - at) * 1000 FROM recount)::float8 AS age, (SELECT took FROM recount) AS took`.execute(
    store,
  );
  const [row] = rows;
  return { isDue: row?.due ?? false, ageMs: row?.age ?? Number.POSITIVE_INFINITY, took: row?.took ?? 0 };
}
