import { type RawBuilder, sql } from 'kysely';
import type { FindingStatus } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';
import { severityCode, statusCode } from '../candidate-codes.ts';
import { prepared } from '../prepared.ts';
import type { Store } from '../tables.ts';
import { epssBound } from './epss-bound.ts';
import { type FindingRow, findingColumns, type ReadFinding, toFindingRow } from './finding-row.ts';
import { allOf, type Condition } from './image-conditions.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, readCursor, sortKeys } from './page.ts';
import { containsPattern } from './patterns.ts';
import { imageVisible, placementVisible, type Visibility } from './visibility.ts';

export interface FindingFilter {
  readonly q?: string | undefined;
  readonly severity?: readonly Severity[] | undefined;
  readonly status?: readonly FindingStatus[] | undefined;
  readonly fixable?: boolean | undefined;
  readonly exploited?: boolean | undefined;
  readonly epss?: number | undefined;
  readonly package?: string | undefined;
  /** Of packages of one of these types. */
  readonly type?: readonly string[] | undefined;
  readonly excepted?: boolean | undefined;
}

export interface FindingQuery extends FindingFilter, PageRequest {}

/** Findings of one image, most urgent first. */
export async function listFindingsOf(
  store: Store,
  image: number,
  query: FindingQuery,
  visibility: Visibility,
): Promise<Page<FindingRow>> {
  const order = orderOf('image-findings', sql`i.id`);
  const isFirst = query.cursor === undefined;
  // All of them are found for the count anyway; what is shown of them is read for the page alone.
  const { rows } = await sql<ReadFinding & { sort_keys: string[]; total: number }>`${prepared}
    WITH standing AS MATERIALIZED (SELECT i.id, c.component, c.flaw, c.risk
      FROM image_components AS held CROSS JOIN unnest(held.components) AS part
        JOIN candidate AS c ON c.component = part JOIN component AS k ON k.id = c.component JOIN flaw AS f ON f.id = c.flaw
        JOIN image AS i ON i.id = held.image
      WHERE held.image = ${image} AND ${allOf(findingConditions(query))}),
    page AS (SELECT c.component, c.flaw FROM standing AS c JOIN image AS i USING (id)
      WHERE ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1})
    SELECT ${findingColumns(visibility)}, ${sortKeys(order)} AS sort_keys, (SELECT count(*)::int FROM standing) AS total
    FROM page JOIN candidate AS c USING (component, flaw) JOIN component AS k ON k.id = c.component
      JOIN flaw AS f ON f.id = c.flaw JOIN image AS i ON i.id = ${image} ${orderBy(order)}`.execute(store);
  const page = pageFrom(rows, order, query.limit, toFindingRow);
  return isFirst ? { ...page, total: rows[0]?.total ?? 0 } : page;
}

/** All findings of some images, image by image. */
export async function findingsOfImages(
  store: Store,
  images: readonly number[],
  filter: FindingFilter,
  visibility: Visibility,
): Promise<FindingRow[]> {
  const { rows } = await sql<ReadFinding>`SELECT ${findingColumns(visibility)}
    FROM image_components AS held CROSS JOIN unnest(held.components) AS part
      JOIN candidate AS c ON c.component = part JOIN component AS k ON k.id = c.component JOIN flaw AS f ON f.id = c.flaw
      JOIN image AS i ON i.id = held.image
    WHERE held.image = ANY(${images}::int[]) AND ${allOf(findingConditions(filter))}
    ORDER BY i.id, c.risk DESC, c.component, c.flaw`.execute(store);
  return rows.map(toFindingRow);
}

/**
 * Findings of all images, most urgent first: candidates are read along their index, and for each the images that hold
 * the component, so that a page costs about as much as its rows.
 */
export async function listFindings(
  store: Store,
  query: FindingQuery,
  visibility: Visibility,
): Promise<Page<FindingRow>> {
  const order = orderOf('findings', sql`h.image`);
  const { rows } = await sql<ReadFinding & { sort_keys: string[] }>`
      WITH page AS (
        SELECT c.component, c.flaw, h.image, ${sortKeys(order)} AS sort_keys
        FROM (SELECT c.risk, c.component, c.flaw FROM candidate AS c
            WHERE ${allOf([...candidateConditions(query), notBefore(order, query.cursor), await reachable(store, visibility)])}) AS c
          CROSS JOIN LATERAL (SELECT held.image FROM image_components AS held
            WHERE held.components @> ARRAY[c.component] AND ${imageVisible(visibility, 'held.image')}
              AND ${query.excepted ? sql<boolean>`true` : standing('held.image')}
              AND ${behind({ ...order, keys: order.keys.with(3, { by: sql`held.image`, type: 'integer' }) }, query.cursor)}
            ORDER BY held.image DESC LIMIT ${query.limit + 1}) AS h
        ${orderBy(order)} LIMIT ${query.limit + 1})
      SELECT ${findingColumns(visibility)}, page.sort_keys
      FROM page JOIN candidate AS c ON c.component = page.component AND c.flaw = page.flaw
        JOIN component AS k ON k.id = c.component JOIN flaw AS f ON f.id = c.flaw JOIN image AS i ON i.id = page.image
      ORDER BY c.risk DESC, page.component DESC, page.flaw DESC, page.image DESC`.execute(store);
  return pageFrom(rows, order, query.limit, toFindingRow);
}

/** Conditions over `candidate AS c` and `image AS i`. */
export function findingConditions(filter: FindingFilter): Condition[] {
  const { q, exploited, epss, package: named, type, excepted } = filter;
  const conditions = ownConditions(filter);
  if (q?.trim()) {
    const part = containsPattern(q.trim());
    conditions.push(
      sql<boolean>`(f.name ILIKE ${part} OR f.title ILIKE ${part} OR k.name ILIKE ${part} OR array_to_string(f.aliases, ' ') ILIKE ${part})`,
    );
  }
  if (exploited !== undefined) conditions.push(sql<boolean>`(f.exploited IS NOT NULL) = ${exploited}`);
  if (epss !== undefined) conditions.push(sql<boolean>`f.epss >= ${epssBound(epss)}`);
  if (named) conditions.push(sql<boolean>`c.component IN (${componentsNamed(named)})`);
  if (type?.length) conditions.push(sql<boolean>`k.type = ANY(${type}::text[])`);
  return [...conditions, excepted ? sql<boolean>`true` : standing('i.id')];
}

/** True where no exception covers the candidate `c` in this image. */
function standing(image: string): Condition {
  return sql<boolean>`NOT EXISTS (SELECT FROM excepted AS e
    WHERE e.image = ${sql.ref(image)} AND e.component = c.component AND e.flaw = c.flaw)`;
}

/** The same of the candidate alone, so that an index of candidates answers most of them. */
function candidateConditions(filter: FindingFilter): Condition[] {
  const { q, exploited, epss, type } = filter;
  const conditions = ownConditions(filter);
  if (q?.trim()) {
    const part = containsPattern(q.trim());
    conditions.push(
      sql<boolean>`(c.flaw IN (SELECT id FROM flaw WHERE name ILIKE ${part} OR title ILIKE ${part} OR array_to_string(aliases, ' ') ILIKE ${part})
        OR c.component IN (SELECT id FROM component WHERE name ILIKE ${part}))`,
    );
  }
  if (exploited !== undefined)
    conditions.push(sql<boolean>`c.flaw IN (SELECT id FROM flaw WHERE (exploited IS NOT NULL) = ${exploited})`);
  if (epss !== undefined)
    conditions.push(sql<boolean>`c.flaw IN (SELECT id FROM flaw WHERE epss >= ${epssBound(epss)})`);
  if (filter.package) conditions.push(sql<boolean>`c.component = ANY(ARRAY(${componentsNamed(filter.package)}))`);
  if (type?.length)
    conditions.push(sql<boolean>`c.component IN (SELECT id FROM component WHERE type = ANY(${type}::text[]))`);
  return conditions;
}

function ownConditions({ severity, status, fixable }: FindingFilter): Condition[] {
  const conditions: Condition[] = [sql<boolean>`true`];
  if (severity?.length) conditions.push(sql<boolean>`c.severity = ANY(${severity.map(severityCode)}::smallint[])`);
  if (status?.length) conditions.push(sql<boolean>`c.status = ANY(${status.map(statusCode)}::smallint[])`);
  if (fixable !== undefined) conditions.push(sql<boolean>`(c.status = 0) = ${fixable}`);
  return conditions;
}

/** `name`, `name@version`, or the source package that it was built from. */
function componentsNamed(text: string): RawBuilder<number> {
  const at = text.lastIndexOf('@');
  const exact =
    at > 0
      ? sql` UNION SELECT id FROM component WHERE name = ${text.slice(0, at)} AND version = ${text.slice(at + 1)}`
      : sql``;
  return sql<number>`SELECT id FROM component WHERE name = ${text} UNION SELECT id FROM component WHERE software = ${text}${exact}`;
}

function orderOf(name: string, image: RawBuilder<unknown>): Order {
  return {
    name,
    direction: 'desc',
    keys: [
      { by: sql`c.risk`, type: 'real' },
      { by: sql`c.component`, type: 'integer' },
      { by: sql`c.flaw`, type: 'integer' },
      { by: image, type: 'integer' },
    ],
  };
}

/** Candidates from the cursor's own on; which images of that one are left is decided where they are read. */
function notBefore(order: Order, cursor: string | undefined): Condition {
  if (cursor === undefined) return sql<boolean>`true`;
  const [risk, component, flaw] = readCursor(cursor, order);
  return sql<boolean>`(c.risk, c.component, c.flaw) <= (${risk}::real, ${component}::integer, ${flaw}::integer)`;
}

const fewImages = 1_000;

/** Who sees few images would walk past everybody else's candidates: theirs are collected first. */
async function reachable(store: Store, visibility: Visibility): Promise<Condition> {
  if (visibility === 'everything') return sql<boolean>`true`;
  const { rows } = await sql<{ image: number }>`SELECT DISTINCT image FROM placement
    WHERE ${placementVisible(visibility, 'placement')} LIMIT ${fewImages + 1}`.execute(store);
  if (rows.length > fewImages) return sql<boolean>`true`;
  return sql<boolean>`c.component IN (SELECT unnest(components) FROM image_components
    WHERE image = ANY(${rows.map(({ image }) => image)}::int[]))`;
}
