import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { fetchRows } from '../fetch-rows.ts';
import { eachNumber } from '../number-list.ts';
import type { Store, StoreTransaction } from '../tables.ts';
import { eachFollowedImage } from './followed-images.ts';
import { imagesOfReach } from './images-of-reach.ts';
import { noPause, type Pause } from './pause.ts';
import { readEstate } from './read-estate.ts';
import { createTally, type Tally } from './tally.ts';
import { keepComponents, writeFlaws } from './write-counts.ts';
import { writeReachDay } from './write-days.ts';
import { writeMoved } from './write-moved.ts';
import { writeUpdates } from './write-updates.ts';

/** Any number: whoever holds it with that of a reach counts that reach. */
const lockNumber = 731_025;
const partsAtOnce = 4;

/**
 * Counts the images of one reach as the last recount counted all of them, from what that one left behind: a second where
 * counting every finding takes twenty. Nothing is counted where it was done since, by another replica perhaps.
 */
export async function countReach(store: Store, reach: number, pause: Pause = noPause): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${lockNumber}, ${reach})`.execute(transaction);
    const { rows } = await sql<{ at: Date }>`SELECT recount.at::text AS at FROM reach, recount
      WHERE reach.id = ${reach} AND reach.counted IS DISTINCT FROM recount.at`.execute(transaction);
    const [due] = rows;
    if (!due) return;
    const tally = await tallyReach(transaction, reach, pause);
    // As in a recount: whole tables, of which PostgreSQL expects a few rows.
    await sql`SET LOCAL enable_nestloop = off`.execute(transaction);
    await keepComponents(transaction, tally, sql<boolean>`excepted.image IN (${imagesOfReach(reach)})`);
    await writeFlaws(transaction, tally, { reach });
    await writeUpdates(transaction, tally, { reach });
    await writeMoved(transaction, reach);
    await writeReachDay(transaction, reach);
    await sql`UPDATE reach SET counted = ${due.at}::timestamptz WHERE id = ${reach}`.execute(transaction);
  });
}

async function tallyReach(transaction: StoreTransaction, reach: number, pause: Pause): Promise<Tally> {
  const tally = createTally(await readEstate(transaction, pause, 'flawed'));
  const isSeen = await readImages(transaction, reach);
  const lists = sql<{ lists: Buffer }>`SELECT lists FROM followed_images`;
  for await (const parts of fetchRows(transaction, lists, partsAtOnce))
    for (const part of parts) {
      eachFollowedImage(part.lists, (image, components, count) => {
        if (isSeen[image] === 1) tally.addFollowed(image, components, count);
      });
      await turn();
      await pause();
    }
  return tally;
}

/** By image, 1 for each that is seen. */
async function readImages(transaction: StoreTransaction, reach: number): Promise<Uint8Array> {
  const { rows } = await sql<{
    most: number | null;
    images: string | null;
  }>`SELECT max(image) AS most, array_agg(image)::text AS images
    FROM (${imagesOfReach(reach)}) AS seen`.execute(transaction);
  const isSeen = new Uint8Array((rows[0]?.most ?? 0) + 1);
  eachNumber(rows[0]?.images ?? '', (image) => {
    isSeen[image] = 1;
  });
  return isSeen;
}
