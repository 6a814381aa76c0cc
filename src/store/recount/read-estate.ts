import { sql } from 'kysely';
import { getOrInsert } from '../../lib/get-or-insert.ts';
import { fetchRows } from '../fetch-rows.ts';
import { numbersOf } from '../number-list.ts';
import type { StoreTransaction } from '../tables.ts';
import type { Pause } from './pause.ts';
import type { Estate } from './tally.ts';

/** What is read at once holds up everything else for about a millisecond. */
const componentsAtOnce = 250;

interface ReadComponent {
  readonly id: number;
  readonly type: string;
  readonly stream: string | null;
  readonly name: string;
  readonly software: string;
  readonly flaws: number[] | null;
  readonly targets: string[] | null;
}

/** For as many days it is counted what advisories brought and took. Who asks about longer ago waits until it is counted. */
export const movesKept = sql<string>`interval '31 days'`;

/** What each component adds to the counts; of all of them, or of those that have flaws. */
export async function readEstate(
  transaction: StoreTransaction,
  pause: Pause,
  of: 'all' | 'flawed' = 'all',
): Promise<Estate> {
  const packages = new Map<string, number>();
  const updates = new Map<string, number>();
  const starts: number[] = [];
  const flaws: number[] = [];
  const updatesOf: number[] = [];
  const packageOf: number[] = [];
  const components = sql<ReadComponent>`SELECT component.id, type, stream, component.name, software, found.flaws, found.targets
    FROM component ${of === 'all' ? sql`LEFT` : sql``} JOIN (
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
    followed: await readFollowed(transaction, starts, flaws.length),
    starts,
    flaws,
    updatesOf,
    packageOf,
    excepted,
    updates: [...updates.keys()],
    packages: [...packages.keys()],
  };
}

async function readFollowed(
  transaction: StoreTransaction,
  starts: readonly number[],
  flaws: number,
): Promise<Uint8Array> {
  const { rows } = await sql<{ components: string | null }>`SELECT array_agg(DISTINCT component)::text AS components
    FROM candidate_past WHERE cause = 'advisory' AND until >= now() - ${movesKept}`.execute(transaction);
  const moved = numbersOf(rows[0]?.components);
  const followed = new Uint8Array(moved.reduce((length, component) => Math.max(length, component + 1), starts.length));
  for (const [component, start] of starts.entries())
    if (start < (starts[component + 1] ?? flaws)) followed[component] = 1;
  for (const component of moved) followed[component] = 1;
  return followed;
}

function updateFor(updates: Map<string, number>, ...[type, stream, software, target]: (string | null)[]): number {
  if (target === '') return -1;
  return getOrInsert(updates, JSON.stringify([type, stream, software, target]), () => updates.size);
}
