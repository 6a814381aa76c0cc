import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { allOf, type Condition, type ImageFilter, imageConditions } from './image-conditions.ts';
import { locationsOf } from './image-locations.ts';
import { type ImageRow, imageColumns, type ReadImage, toImageRow } from './image-row.ts';
import {
  behind,
  type Order,
  orderBy,
  orderByColumns,
  type Page,
  type PageRequest,
  pageFrom,
  type SortKey,
  sortColumns,
  sortKeys,
} from './page.ts';
import type { Visibility } from './visibility.ts';

export type ImageSort = 'risk' | 'name' | 'pushed' | 'scanned' | 'critical';

export interface ImageQuery extends ImageFilter, PageRequest {
  readonly sort: ImageSort;
  readonly direction?: 'asc' | 'desc' | undefined;
}

/** A page of the images that the caller may see; the first page also tells how many the filter leaves. */
export async function listImages(store: Store, query: ImageQuery, visibility: Visibility): Promise<Page<ImageRow>> {
  const order = orderOf(query);
  const conditions = imageConditions(query, visibility);
  const isFirst = query.cursor === undefined;
  // A search is made once, for the page and for the count; everything else is read along an index.
  const isMatched = isFirst && ['q', 'package', 'vulnerability'].some((name) => conditions.has(name));
  const { rows } = await (isMatched
    ? sql<ReadPage>`WITH matching AS MATERIALIZED (SELECT i.id, ${sortColumns(order)}
          FROM image AS i JOIN image_summary AS s ON s.image = i.id WHERE ${allOf(conditions.values())}),
        page AS (SELECT id FROM matching ${orderByColumns(order)} LIMIT ${query.limit + 1})
        SELECT ${imageColumns(visibility)}, ${sortKeys(order)} AS sort_keys, (SELECT count(*)::int FROM matching) AS total
        FROM page JOIN image AS i USING (id) JOIN image_summary AS s ON s.image = i.id ${orderBy(order)}`
    : sql<ReadPage>`SELECT ${imageColumns(visibility)}, ${sortKeys(order)} AS sort_keys
        FROM image AS i JOIN image_summary AS s ON s.image = i.id
        WHERE ${allOf(conditions.values())} AND ${behind(order, query.cursor)}
        ${orderBy(order)} LIMIT ${query.limit + 1}`
  ).execute(store);
  const shown = rows.slice(0, query.limit).map(({ id }) => id);
  const [locations, total] = await Promise.all([
    locationsOf(store, shown, visibility),
    isFirst && !isMatched ? countImages(store, conditions) : (rows[0]?.total ?? 0),
  ]);
  const page = pageFrom(rows, order, query.limit, (row) => toImageRow(row, locations.get(row.id) ?? []));
  return isFirst ? { ...page, total } : page;
}

type ReadPage = ReadImage & { readonly sort_keys: string[]; readonly total?: number };

async function countImages(store: Store, conditions: ReadonlyMap<string, Condition>): Promise<number> {
  const summary = conditions.size > 2 ? sql`JOIN image_summary AS s ON s.image = i.id` : sql``;
  const { rows } = await sql<{ total: number }>`SELECT count(*)::int AS total FROM image AS i ${summary}
    WHERE ${allOf(conditions.values())}`.execute(store);
  return rows[0]?.total ?? 0;
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
