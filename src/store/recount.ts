import { sql } from 'kysely';
import { getOrInsert } from '../lib/get-or-insert.ts';
import { fetchRows } from './fetch-rows.ts';
import { createTally, type Estate } from './recount/tally.ts';
import { keepComponents, writeDay, writeFlaws, writePackages } from './recount/write-counts.ts';
import { writeUpdates } from './recount/write-updates.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** Any number: whoever holds it recounts. */
const lockNumber = 7_310_245;
/** What is read at once holds up everything else for about a millisecond. */
const componentsAtOnce = 250;
const imagesAtOnce = 50;

export interface Recounted {
  readonly images: number;
  /** ms, without the pauses. */
  readonly took: number;
}

/** Between two pieces of about a millisecond each, for whoever has something better to do. */
export type Pause = () => Promise<void>;

const noPause: Pause = () => Promise.resolve();

/**
 * Counts anew over all images which have what: distinct images cannot be added up, and ten million findings cannot be
 * counted at each look. One pass over the images' lists, in one snapshot, in memory that does not grow with the images.
 * Undefined when nothing changed since the last time, or when another replica is at it.
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
        EXISTS (SELECT FROM estate_change) OR NOT EXISTS (SELECT FROM recount) AS due`.execute(transaction);
      if (!rows[0]?.mine || !rows[0].due) return undefined;
      // The snapshot may be older than the lock: what another replica just finished is then not seen, and done once more.
      const tally = createTally(await readEstate(transaction, rest));
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
      const took = Math.round(performance.now() - started - pausedMs);
      await sql`DELETE FROM estate_change`.execute(transaction);
      await sql`INSERT INTO recount (at, took) VALUES (clock_timestamp(), ${took})
        ON CONFLICT (one) DO UPDATE SET at = excluded.at, took = excluded.took`.execute(transaction);
      return { images: tally.images(), took };
    });
}

interface ReadComponent {
  readonly id: number;
  readonly type: string;
  readonly stream: string | null;
  readonly name: string;
  readonly software: string;
  readonly flaws: number[] | null;
  readonly targets: string[] | null;
}

/** What each component adds to the counts. */
async function readEstate(transaction: StoreTransaction, pause: Pause): Promise<Estate> {
  const packages = new Map<string, number>();
  const updates = new Map<string, number>();
  const starts: number[] = [];
  const flaws: number[] = [];
  const updatesOf: number[] = [];
  const packageOf: number[] = [];
  const components = sql<ReadComponent>`SELECT component.id, type, stream, component.name, software, found.flaws, found.targets
    FROM component LEFT JOIN (
      SELECT component, json_agg(flaw ORDER BY flaw) AS flaws, json_agg(coalesce(upgrade_to, fixed[1], '') ORDER BY flaw) AS targets
      FROM candidate GROUP BY component) AS found ON found.component = component.id ORDER BY component.id`;
  for await (const rows of fetchRows(transaction, components, componentsAtOnce)) {
    await pause();
    for (const { id, type, stream, name, software, flaws: ids, targets } of rows) {
      while (packageOf.length < id) {
        packageOf.push(-1);
        starts.push(flaws.length);
      }
      packageOf.push(getOrInsert(packages, JSON.stringify([type, name]), () => packages.size));
      starts.push(flaws.length);
      // One component's flaws mostly have one target: only a new one is looked up.
      let target = '';
      let update = -1;
      for (const [at, flaw] of (ids ?? []).entries()) {
        const wanted = targets?.[at] ?? '';
        if (wanted !== target) {
          target = wanted;
          update = updateFor(updates, type, stream, software, target);
        }
        flaws.push(flaw);
        updatesOf.push(update);
      }
    }
  }
  const { rows } = await sql<{
    image: number;
    component: number;
    flaw: number;
  }>`SELECT image, component, flaw FROM excepted`.execute(transaction);
  const excepted = new Map<number, Set<string>>();
  for (const { image, component, flaw } of rows)
    getOrInsert(excepted, image, () => new Set()).add(`${component} ${flaw}`);
  return {
    starts,
    flaws,
    updatesOf,
    packageOf,
    excepted,
    updates: [...updates.keys()],
    packages: [...packages.keys()],
  };
}

function updateFor(updates: Map<string, number>, ...[type, stream, software, target]: (string | null)[]): number {
  if (target === '') return -1;
  return getOrInsert(updates, JSON.stringify([type, stream, software, target]), () => updates.size);
}

/** When the counts were made last, and whether something changed since. */
export async function readRecounted(
  store: Store,
): Promise<{ readonly isDue: boolean; readonly ageMs: number; readonly took: number }> {
  const { rows } = await sql<{ due: boolean; age: number | null; took: number | null }>`SELECT
    EXISTS (SELECT FROM estate_change) OR NOT EXISTS (SELECT FROM recount) AS due,
    (SELECT extract(epoch FROM clock_timestamp() - at) * 1000 FROM recount)::float8 AS age, (SELECT took FROM recount) AS took`.execute(
    store,
  );
  const [row] = rows;
  return { isDue: row?.due ?? false, ageMs: row?.age ?? Number.POSITIVE_INFINITY, took: row?.took ?? 0 };
}
