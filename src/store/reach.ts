import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { countReach } from './recount/count-reach.ts';
import { noPause, type Pause } from './recount/pause.ts';
import { today, writeReachDay } from './recount/write-days.ts';
import { imagesInEstate, rememberShortly } from './short-memory.ts';
import type { Store } from './tables.ts';

/** Which part of the estate somebody sees, as grants say it: so that a new repository makes no other part of it. */
export interface Reach {
  /** By name. */
  readonly registries: readonly string[];
  /** `registry/repository`, as patterns of LIKE. */
  readonly repositories: readonly string[];
  /** Of all that, what lies in these registries. */
  readonly within?: readonly string[];
}

/** In smaller estates everything is counted when it is asked for. */
const largeEstate = 300;
/** As long as a recount may take to be followed by those of the reaches. */
const patienceSeconds = 60;
const rememberedMs = 1_000;
const kept = 100;
const keptFresh = 20;

/**
 * Where the counts of a reach are kept, counted first if they are older than those over everything. Undefined where
 * counting at each look is as quick, or where there are no counts at all yet.
 */
export async function readReach(store: Store, reach: Reach): Promise<number | undefined> {
  if ((await imagesInEstate(store)) < largeEstate) return undefined;
  return rememberShortly(store, ['reach', keyOf(reach)], rememberedMs, () => countedReach(store, reach));
}

/** The same, however small the estate is. */
export async function countedReach(store: Store, reach: Reach): Promise<number | undefined> {
  const { id, hasRecount, isCurrent, isRecent } = await askedFor(store, reach);
  if (!hasRecount) return undefined;
  if (!isCurrent && !isRecent) await countInTurn(store, id);
  return id;
}

/**
 * Under which number the days of a reach are kept, up to the one that it is. Days before somebody first asked are not
 * known: what lay where, and what it held then, is told by nothing that is kept.
 */
export async function readReachDays(store: Store, reach: Reach): Promise<number> {
  const counted = await readReach(store, reach);
  if (counted !== undefined) return counted;
  const { id } = await askedFor(store, reach);
  await writeReachDay(store, id);
  return id;
}

interface Asked {
  readonly id: number;
  /** That somebody asks is known already. */
  readonly isNoted: boolean;
  readonly hasRecount: boolean;
  readonly isCurrent: boolean;
  readonly isRecent: boolean;
}

/** Notes that somebody asks, so that it is counted anew with the next recount. */
async function askedFor(store: Store, reach: Reach): Promise<Asked> {
  const known = await findAsked(store, reach);
  if (known?.isNoted) return known;
  const { registries, repositories, within } = reach;
  if (known) await sql`UPDATE reach SET asked = now() WHERE id = ${known.id}`.execute(store);
  else
    await sql`INSERT INTO reach (key, registries, repositories, within)
      VALUES (${keyOf(reach)}, ${registries}::text[], ${repositories}::text[], ${within ?? null}::text[])
      ON CONFLICT (key) DO NOTHING`.execute(store);
  const asked = await findAsked(store, reach);
  if (!asked) throw new RangeError('what was just written can be read');
  return asked;
}

async function findAsked(store: Store, reach: Reach): Promise<Asked | undefined> {
  const { rows } = await sql<Asked>`SELECT reach.id, asked > now() - interval '1 minute' AS "isNoted",
      recount.at IS NOT NULL AS "hasRecount", reach.counted IS NOT DISTINCT FROM recount.at AS "isCurrent",
      coalesce(recount.at > clock_timestamp() - ${patienceSeconds} * interval '1 second'
        AND reach.counted > recount.at - interval '10 minutes', false) AS "isRecent"
    FROM reach LEFT JOIN recount ON true WHERE key = ${keyOf(reach)}`.execute(store);
  return rows[0];
}

/**
 * Counts anew, one after the other, those for which somebody asked within the last hour, and of each that is kept what it
 * holds on this day; forgets those of long ago.
 */
export async function refreshReaches(store: Store, pause?: Pause): Promise<void> {
  const { rows } = await sql<{ id: number }>`SELECT reach.id FROM reach, recount
    WHERE asked > now() - interval '1 hour' AND counted <> recount.at
    ORDER BY asked DESC LIMIT ${keptFresh}`.execute(store);
  for (const { id } of rows) await countInTurn(store, id, pause);
  await writeMissingDays(store, pause);
  // One that a list may be read from at this moment is never taken away.
  await sql`DELETE FROM reach WHERE asked < now() - interval '7 days'
    OR (asked < now() - interval '10 minutes' AND id IN (SELECT id FROM reach ORDER BY asked DESC OFFSET ${kept}))`.execute(
    store,
  );
}

/** So that days on which nobody looked are no gaps. */
async function writeMissingDays(store: Store, pause: Pause = noPause): Promise<void> {
  const { rows } = await sql<{ id: number }>`SELECT id FROM reach
    WHERE NOT EXISTS (SELECT FROM reach_day WHERE reach = reach.id AND day = ${today})`.execute(store);
  for (const { id } of rows) {
    await store.transaction().execute(async (transaction) => {
      // PostgreSQL expects few images in a reach, and would look each of them up.
      await sql`SET LOCAL enable_nestloop = off`.execute(transaction);
      await writeReachDay(transaction, id);
    });
    await pause();
  }
}

const turns = new WeakMap<Store, Promise<unknown>>();

/** One at a time: each holds a connection, of which there are few. */
function countInTurn(store: Store, reach: number, pause?: Pause): Promise<void> {
  const before = turns.get(store) ?? Promise.resolve();
  const counted = before.then(() => countReach(store, reach, pause));
  turns.set(
    store,
    counted.catch(() => undefined),
  );
  return counted;
}

function keyOf({ registries, repositories, within }: Reach): string {
  return hash('sha256', JSON.stringify([registries, repositories, within ?? null]), 'base64url');
}
