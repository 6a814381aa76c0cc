import { sql } from 'kysely';
import { fetchRows } from './fetch-rows.ts';
import { eachNumber } from './number-list.ts';
import { summaryColumns } from './summaries.ts';
import type { StoreTransaction } from './tables.ts';

/** Below so many changed components the inverted index finds their images; above, one pass over all images is quicker. */
const fewComponents = 200;
const imagesAtOnce = 500;
const rowsAtOnce = 10_000;

const sums = [...summaryColumns.slice(0, -1), 'came', 'left_it'] as const;

/**
 * Sums `component_difference` over the components of each image, into `image_difference`. Popular packages are in most
 * images: millions of pairs, which are added up here, in one pass over the images' lists, several times faster than a join does.
 */
export async function sumOverImages(transaction: StoreTransaction): Promise<void> {
  const types = sums.map((name) => sql`${sql.ref(name)} integer`);
  await sql`CREATE TEMPORARY TABLE image_difference (image integer, ${sql.join(types)}, gained real, lost real) ON COMMIT DROP`.execute(
    transaction,
  );
  const components = await readDifferences(transaction);
  if (components.ids.length === 0) return;
  const held = components.ids.length <= fewComponents ? sql`WHERE components && ${components.ids}::integer[]` : sql``;
  const images = sql<{ image: number; components: string }>`
    SELECT image, components::text AS components FROM image_components ${held}`;
  let found: ImageDifference[] = [];
  for await (const rows of fetchRows(transaction, images, imagesAtOnce)) {
    for (const { image, components: list } of rows) {
      const difference = components.sumOf(list);
      if (difference) found.push({ image, ...difference });
    }
    if (found.length < rowsAtOnce) continue;
    await insert(transaction, found);
    found = [];
  }
  await insert(transaction, found);
}

interface Difference {
  /** In the order of `sums`. */
  readonly counts: readonly number[];
  readonly gained: number | null;
  readonly lost: number | null;
}

interface ImageDifference extends Difference {
  readonly image: number;
}

async function readDifferences(transaction: StoreTransaction) {
  const { rows } = await sql<Difference & { component: number }>`
    SELECT component, ARRAY[${sql.join(sums.map((name) => sql.ref(name)))}] AS counts, gained, lost
    FROM component_difference`.execute(transaction);
  const ids = rows.map(({ component }) => component);
  const place = new Int32Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1).fill(-1);
  ids.forEach((id, at) => {
    place[id] = at;
  });
  return { ids, sumOf: (list: string) => sumOf(list, rows, place) };
}

/** `list` as PostgreSQL writes an array: `{1,2,3}`. Undefined when none of it changed. */
function sumOf(list: string, differences: readonly Difference[], place: Int32Array): Difference | undefined {
  let counts: number[] | undefined;
  let gained: number | null = null;
  let lost: number | null = null;
  const add = (component: number) => {
    const difference = differences[place[component] ?? -1];
    if (!difference) return;
    counts ??= new Array<number>(sums.length).fill(0);
    for (let at = 0; at < sums.length; at += 1) counts[at] = (counts[at] ?? 0) + (difference.counts[at] ?? 0);
    gained = highest(gained, difference.gained);
    lost = highest(lost, difference.lost);
  };
  eachNumber(list, add);
  return counts && { counts, gained, lost };
}

function highest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

async function insert(transaction: StoreTransaction, found: readonly ImageDifference[]): Promise<void> {
  if (found.length === 0) return;
  const columns = sums.map((_name, at) => sql`${found.map(({ counts }) => counts[at] ?? 0)}::integer[]`);
  await sql`INSERT INTO image_difference SELECT * FROM unnest(
      ${found.map(({ image }) => image)}::integer[], ${sql.join(columns)},
      ${found.map(({ gained }) => gained)}::real[], ${found.map(({ lost }) => lost)}::real[])`.execute(transaction);
}
