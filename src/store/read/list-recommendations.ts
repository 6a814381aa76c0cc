import { type RawBuilder, sql } from 'kysely';
import { removedBy, summedUpdates } from '../recount/write-updates.ts';
import type { Store } from '../tables.ts';
import { countFacets } from './count-facets.ts';
import { allOf, type Condition } from './image-conditions.ts';
import type { Facet } from './image-facets.ts';
import type { FindingCounts } from './image-row.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, sortKeys } from './page.ts';
import { containsPattern } from './patterns.ts';
import { imageName, imageVisible, isCounted, type Visibility, withCounts, withSeen } from './visibility.ts';

export type RecommendationStatus = 'open' | 'doing' | 'done' | 'accepted';

/** Days until an update is due, by the worst severity of what it removes. */
export interface DueDays {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
}

export interface RecommendationFilter {
  readonly q?: string | undefined;
  readonly status?: readonly RecommendationStatus[] | undefined;
  readonly owner?: string | undefined;
  readonly overdue?: boolean | undefined;
  readonly registry?: readonly string[] | undefined;
  /** Of packages of one of these types. */
  readonly type?: readonly string[] | undefined;
}

export interface RecommendationQuery extends RecommendationFilter, PageRequest {
  readonly key?: string | undefined;
  /** Whether the first page tells how many there are; it does unless told otherwise. */
  readonly isCounted?: boolean;
}

/** When updates are due. */
export interface DueTerms {
  readonly dueDays: DueDays;
  readonly today: string;
}

export interface ReadUpdate extends Omit<FindingCounts, 'fixable'> {
  readonly key: string;
  readonly type: string;
  readonly stream: string | null;
  readonly software: string;
  readonly target: string;
  readonly versions: string[];
  readonly components: number[];
  readonly flaws: string[];
  readonly images: number;
  readonly risk: number;
  readonly owner: string | null;
  readonly due: string | null;
  readonly overdue: boolean;
  readonly status: RecommendationStatus;
  readonly changed: Date | null;
}

/** Updates that remove most risk first; those that are done only when they are asked for. */
export async function listUpdates(
  store: Store,
  query: RecommendationQuery,
  visibility: Visibility,
  terms: DueTerms,
): Promise<Page<ReadUpdate>> {
  const within = await partOf(store, visibility, query.registry);
  const isFirst = query.cursor === undefined && query.isCounted !== false;
  const from = sql`FROM ${notedUpdates(within, terms)} AS u WHERE ${allOf(conditionsOf(query))}`;
  const [read, counted] = await Promise.all([
    sql<ReadUpdate & { sort_keys: string[] }>`${withSeen(within)} SELECT page.*, ${imageCount(within)} AS images FROM (
        SELECT u.key, u.type, u.stream, u.software, u.target, u.versions, u.components, u.flaws, u.images AS counted, u.critical, u.high,
          u.medium, u.low, u.negligible, u.unknown, u.exploited, u.risk, u.owner, u.due, u.overdue, u.status, u.changed,
          ${sortKeys(order)} AS sort_keys
        ${from} AND ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1}) AS page`.execute(store),
    isFirst
      ? sql<{ total: number }>`${withSeen(within)} SELECT count(*)::int AS total ${from}`.execute(store)
      : { rows: [] },
  ]);
  const total = counted.rows[0]?.total;
  return { ...pageFrom(read.rows, order, query.limit, (row) => row), ...(total !== undefined && { total }) };
}

export async function readUpdate(
  store: Store,
  key: string,
  visibility: Visibility,
  terms: DueTerms,
): Promise<ReadUpdate | undefined> {
  return (await listUpdates(store, { key, limit: 1, status: allStatuses, isCounted: false }, visibility, terms))
    .items[0];
}

export interface UpdateImage {
  readonly digest: string;
  readonly name: string;
  readonly version: string;
  readonly removes: number;
}

/** Images that need an update, the newest so many of them. */
export async function imagesOfUpdate(
  store: Store,
  { components, target }: Pick<ReadUpdate, 'components' | 'target'>,
  visibility: Visibility,
  limit: number,
): Promise<UpdateImage[]> {
  const { rows } = await sql<UpdateImage>`
    WITH found AS MATERIALIZED (SELECT held.image, part FROM unnest(${components}::int[]) AS part CROSS JOIN LATERAL (
        SELECT held.image FROM image_components AS held
        WHERE held.components @> ARRAY[part] AND ${imageVisible(visibility, 'held.image')} OFFSET 0) AS held),
      newest AS MATERIALIZED (SELECT DISTINCT image FROM found ORDER BY image DESC LIMIT ${limit})
    SELECT i.digest, ${imageName(visibility, 'i')} AS name, max(k.version) AS version, count(*)::int AS removes
    FROM newest JOIN image AS i ON i.id = newest.image
      JOIN found ON found.image = newest.image
      JOIN candidate AS c ON c.component = found.part AND coalesce(c.upgrade_to, c.fixed[1]) = ${target}
      JOIN component AS k ON k.id = found.part
    WHERE NOT EXISTS (SELECT FROM excepted AS e WHERE e.image = i.id AND e.component = c.component AND e.flaw = c.flaw)
    GROUP BY i.id ORDER BY i.id DESC`.execute(store);
  return rows;
}

/** How many updates each value of a filter would leave. */
export async function readUpdateFacets(
  store: Store,
  { registry, ...filter }: RecommendationFilter,
  visibility: Visibility,
  terms: DueTerms,
): Promise<Facet[]> {
  const within = await partOf(store, visibility, registry);
  const wanted = filter.status?.length ? filter.status : usualStatuses;
  const others = conditionsOf({ q: filter.q, owner: filter.owner, status: allStatuses });
  const { rows } = await sql<AlikeUpdates>`${withSeen(within)}
    SELECT count(*)::int AS count, u.status, coalesce(u.overdue, false) AS overdue, u.type
    FROM ${notedUpdates(within, terms)} AS u WHERE ${allOf(others)} GROUP BY 2, 3, 4`.execute(store);
  return countFacets(rows, [
    { name: 'status', read: ({ status }) => status, passes: ({ status }) => wanted.includes(status) },
    {
      name: 'overdue',
      read: ({ overdue }) => String(overdue),
      passes: ({ overdue }) => filter.overdue === undefined || overdue === filter.overdue,
    },
    {
      name: 'type',
      read: ({ type }) => type,
      passes: ({ type }) => !filter.type?.length || filter.type.includes(type),
    },
  ]);
}

interface AlikeUpdates {
  readonly count: number;
  readonly status: RecommendationStatus;
  readonly overdue: boolean;
  readonly type: string;
}

const allStatuses: readonly RecommendationStatus[] = ['open', 'doing', 'done', 'accepted'];
/** What is done is listed only when it is asked for. */
const usualStatuses: readonly RecommendationStatus[] = ['open', 'doing', 'accepted'];

/** Updates with what people wrote of them, and when they are due. */
function notedUpdates(within: Visibility, { dueDays, today }: DueTerms): RawBuilder<unknown> {
  return sql`(SELECT *, status IN ('open', 'doing') AND due < ${today}::date AS overdue FROM (
      SELECT u.*, n.owner, n.changed, coalesce(n.due, ${dueDate(dueDays)}) AS due, ${status} AS status
      FROM ${updateSummaries(within)} AS u LEFT JOIN recommendation_note AS n ON n.key = u.key) AS noted)`;
}

const order: Order = {
  name: 'recommendations',
  direction: 'desc',
  keys: [
    { by: sql`u.risk`, type: 'real' },
    { by: sql`u.images`, type: 'integer' },
    { by: sql`u.key`, type: 'text' },
  ],
};

/** What happened to it, else what somebody wrote. */
const status = sql<RecommendationStatus>`CASE WHEN u.gone IS NOT NULL OR (u.images = 0 AND u.accepted = 0) THEN 'done'
  WHEN u.images = 0 THEN 'accepted' ELSE coalesce(n.status, 'open') END`;

function dueDate({ critical, high, medium, low }: DueDays): RawBuilder<string> {
  return sql<string>`(u.since AT TIME ZONE 'UTC')::date + CASE WHEN u.critical > 0 THEN ${critical}::int WHEN u.high > 0 THEN ${high}::int
    WHEN u.medium > 0 THEN ${medium}::int WHEN u.low > 0 THEN ${low}::int END`;
}

function conditionsOf(query: Omit<RecommendationQuery, 'limit'>): Condition[] {
  const { q, status: wanted, owner, overdue, type, key } = query;
  const conditions: Condition[] = [sql<boolean>`u.status = ANY(${wanted?.length ? wanted : usualStatuses}::text[])`];
  if (q?.trim()) {
    const part = containsPattern(q.trim());
    conditions.push(
      sql<boolean>`(u.software ILIKE ${part} OR u.target ILIKE ${part} OR u.owner ILIKE ${part} OR array_to_string(u.flaws, ' ') ILIKE ${part})`,
    );
  }
  if (owner !== undefined) conditions.push(sql<boolean>`coalesce(u.owner, '') = ${owner}`);
  if (overdue !== undefined) conditions.push(sql<boolean>`coalesce(u.overdue, false) = ${overdue}`);
  if (type?.length) conditions.push(sql<boolean>`u.type = ANY(${type}::text[])`);
  if (key !== undefined) conditions.push(sql<boolean>`u.key = ${key}`);
  return conditions;
}

/** `update_summary`, or the same over what the caller sees; where that is not counted, `images` is a lower bound. */
function updateSummaries(visibility: Visibility): RawBuilder<unknown> {
  if (visibility === 'everything') return sql`update_summary`;
  if (visibility.counted !== undefined)
    return sql`(SELECT * FROM reach_update WHERE reach = ${visibility.counted}::int)`;
  return sql`(WITH removed AS MATERIALIZED (${removedBy(sql`update_summary`, sql`seen`, sql`covered`)})
    SELECT u.key, type, stream, software, target, gone, versions, components, flaws, most AS images, critical,
      high, medium, low, negligible, unknown, exploited, accepted, risk, since
    FROM (SELECT key, type, stream, software, target, gone FROM update_summary) AS u JOIN (${summedUpdates}) USING (key))`;
}

/** Images of which exceptions do not cover all that the update removes. */
function imageCount(visibility: Visibility): RawBuilder<number> {
  if (isCounted(visibility)) return sql<number>`page.counted`;
  return sql<number>`CASE WHEN page.counted = 0 THEN 0 ELSE (SELECT count(*)::int FROM image_components AS held
    WHERE held.components && page.components AND ${imageVisible(visibility, 'held.image')}
      AND EXISTS (SELECT FROM unnest(held.components) AS part
          JOIN candidate AS c ON c.component = part AND coalesce(c.upgrade_to, c.fixed[1]) = page.target
        WHERE part = ANY(page.components) AND NOT EXISTS (SELECT FROM excepted AS e
          WHERE e.image = held.image AND e.component = c.component AND e.flaw = c.flaw))) END`;
}

/** What the caller sees, of these registries if any are named, with where it is counted beforehand. */
async function partOf(
  store: Store,
  visibility: Visibility,
  registries: readonly string[] | undefined,
): Promise<Visibility> {
  return withCounts(store, registries?.length ? await narrowed(store, visibility, registries) : visibility);
}

/** What lies in these registries of what the caller sees. */
async function narrowed(store: Store, visibility: Visibility, registries: readonly string[]): Promise<Visibility> {
  const { rows } = await sql<{
    names: string[];
    ids: number[];
  }>`SELECT array_agg(DISTINCT registry.name ORDER BY registry.name) AS names,
      array_agg(repository.id ORDER BY repository.id) AS ids
    FROM registry JOIN repository ON repository.registry = registry.id
    WHERE registry.name = ANY(${[...registries]}::text[]) HAVING count(*) > 0`.execute(store);
  const [found] = rows;
  if (!found) return { repositories: [] };
  if (visibility === 'everything')
    return { repositories: found.ids, reach: { registries: found.names, repositories: [] } };
  const seen = new Set(visibility.repositories);
  return {
    repositories: found.ids.filter((id) => seen.has(id)),
    ...(visibility.reach && { reach: { ...visibility.reach, within: found.names } }),
  };
}
