import { sql } from 'kysely';
import { rememberTotal } from '../short-memory.ts';
import type { Store } from '../tables.ts';
import { allOf, type ImageFilter, imageConditions, readFrequent } from './image-conditions.ts';
import { locationsOf } from './image-locations.ts';
import { type ImageRow, imageColumns, type ReadImage, toImageRow } from './image-row.ts';
import {
  behind,
  filterOf,
  type Order,
  orderBy,
  type Page,
  type PageRequest,
  pageFrom,
  type SortKey,
  sortKeys,
} from './page.ts';
import { type Visibility, visibilityKey } from './visibility.ts';

export type ImageSort = 'risk' | 'name' | 'pushed' | 'scanned' | 'critical';

export interface ImageQuery extends ImageFilter, PageRequest {
  readonly sort: ImageSort;
  readonly direction?: 'asc' | 'desc' | undefined;
}

/** A page of the images that the caller may see; the first page also tells how many the filter leaves. */
export async function listImages(store: Store, query: ImageQuery, visibility: Visibility): Promise<Page<ImageRow>> {
  const order = orderOf(query);
  const conditions = imageConditions(query, visibility, await readFrequent(store, query));
  const isFirst = query.cursor === undefined;
  const [{ rows }, total] = await Promise.all([
    sql<
      ReadImage & { readonly sort_keys: string[] }
    >`SELECT ${imageColumns(visibility)}, ${sortKeys(order)} AS sort_keys
      FROM image AS i JOIN image_summary AS s ON s.image = i.id
      WHERE ${allOf(conditions.values())} AND ${behind(order, query.cursor)}
      ${orderBy(order)} LIMIT ${query.limit + 1}`.execute(store),
    isFirst ? countImages(store, query, visibility) : undefined,
  ]);
  const shown = rows.slice(0, query.limit).map(({ id }) => id);
  const locations = await locationsOf(store, shown, visibility);
  const page = pageFrom(rows, order, query.limit, (row) => ({
    ...toImageRow(row),
    locations: locations.get(row.id) ?? [],
  }));
  return total === undefined ? page : { ...page, total };
}

async function countImages(store: Store, query: ImageQuery, visibility: Visibility): Promise<number> {
  const filter = filterOf(query);
  return rememberTotal(store, ['images', filter, visibilityKey(visibility)], async () => {
    const conditions = imageConditions(filter, visibility);
    const counts = ['severity', 'fixable', 'exploited'].some((one) => conditions.has(one));
    const summary = counts ? sql`JOIN image_summary AS s ON s.image = i.id` : sql``;
    const { rows } = await sql<{ total: number }>`SELECT count(*)::int AS total FROM image AS i ${summary}
      WHERE ${allOf(conditions.values())}`.execute(store);
    return rows[0]?.total ?? 0;
  });
}

function orderOf({ sort, direction }: ImageQuery): Order {
  return { name: `images-${sort}`, keys: keys[sort], direction: direction ?? (sort === 'name' ? 'asc' : 'desc') };
}

const byId: SortKey = { by: sql`i.id`, type: 'integer' };
const bySummary: SortKey = { by: sql`s.image`, type: 'integer' };

/** Each as an index has it. */
const keys: Readonly<Record<ImageSort, readonly SortKey[]>> = {
  risk: [{ by: sql`s.risk`, type: 'real' }, bySummary],
  critical: [{ by: sql`s.critical`, type: 'integer' }, bySummary],
  name: [{ by: sql`i.name`, type: 'text' }, byId],
  pushed: [{ by: sql`coalesce(i.pushed, i.first_seen)`, type: 'timestamptz' }, byId],
  scanned: [{ by: sql`coalesce(i.scanned, '1970-01-01 00:00:00+00')`, type: 'timestamptz' }, byId],
};
