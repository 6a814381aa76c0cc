import { type RawBuilder, sql } from 'kysely';
import type { Store } from '../tables.ts';
import { allOf, type Condition } from './image-conditions.ts';
import type { FindingCounts } from './image-row.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, sortKeys } from './page.ts';
import { containsPattern } from './patterns.ts';
import { imageName, imageVisible, type Visibility, withSeen } from './visibility.ts';

export type RecommendationStatus = 'open' | 'doing' | 'done' | 'accepted';

/** Days until an update is due, by the worst severity of what it removes. */
export interface DueDays {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
}

export interface RecommendationQuery extends PageRequest {
  readonly q?: string | undefined;
  readonly status?: readonly RecommendationStatus[] | undefined;
  readonly owner?: string | undefined;
  readonly overdue?: boolean | undefined;
  readonly registry?: readonly string[] | undefined;
  readonly key?: string | undefined;
  /** Whether the first page tells how many there are; it does unless told otherwise. */
  readonly isCounted?: boolean;
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
  { dueDays, today }: { readonly dueDays: DueDays; readonly today: string },
): Promise<Page<ReadUpdate>> {
  const within = query.registry?.length ? await narrowed(store, visibility, query.registry) : visibility;
  const isFirst = query.cursor === undefined && query.isCounted !== false;
  const from = sql`FROM (SELECT *, status IN ('open', 'doing') AND due < ${today}::date AS overdue FROM (
      SELECT u.*, n.owner, n.changed, coalesce(n.due, ${dueDate(dueDays)}) AS due, ${status} AS status
      FROM ${updateSummaries(within)} AS u LEFT JOIN recommendation_note AS n ON n.key = u.key) AS noted) AS u
    WHERE ${allOf(conditionsOf(query))}`;
  const [read, counted] = await Promise.all([
    sql<ReadUpdate & { sort_keys: string[] }>`${withSeen(within)} SELECT page.*, ${imageCount(within)} AS images FROM (
        SELECT u.key, u.type, u.stream, u.software, u.target, u.versions, u.components, u.flaws, u.images AS counted, u.critical, u.high,
          u.medium, u.low, u.negligible, u.unknown, u.exploited, u.risk, u.owner, u.due, u.overdue, u.status, u.changed,
          ${sortKeys(order)} AS sort_keys
        ${from} AND ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1}) AS page`.execute(store),
    isFirst && within === 'everything'
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
  terms: { readonly dueDays: DueDays; readonly today: string },
): Promise<ReadUpdate | undefined> {
  const statuses = ['open', 'doing', 'done', 'accepted'] as const;
  return (await listUpdates(store, { key, limit: 1, status: statuses }, visibility, terms)).items[0];
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
    WITH newest AS MATERIALIZED (SELECT held.image, held.components FROM image_components AS held
      WHERE held.components && ${components}::int[] AND ${imageVisible(visibility, 'held.image')} ORDER BY held.image DESC LIMIT ${limit})
    SELECT i.digest, ${imageName(visibility, 'i')} AS name, max(k.version) AS version, count(*)::int AS removes
    FROM newest JOIN image AS i ON i.id = newest.image
      JOIN unnest(${components}::int[]) AS part ON part = ANY(newest.components)
      JOIN candidate AS c ON c.component = part AND coalesce(c.upgrade_to, c.fixed[1]) = ${target}
      JOIN component AS k ON k.id = part
    WHERE NOT EXISTS (SELECT FROM excepted AS e WHERE e.image = i.id AND e.component = c.component AND e.flaw = c.flaw)
    GROUP BY i.id ORDER BY i.id DESC`.execute(store);
  return rows;
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

function conditionsOf({ q, status: wanted, owner, overdue, key }: RecommendationQuery): Condition[] {
  const conditions: Condition[] = [
    sql<boolean>`u.status = ANY(${wanted?.length ? wanted : ['open', 'doing', 'accepted']}::text[])`,
  ];
  if (q?.trim()) {
    const part = containsPattern(q.trim());
    conditions.push(
      sql<boolean>`(u.software ILIKE ${part} OR u.target ILIKE ${part} OR u.owner ILIKE ${part} OR array_to_string(u.flaws, ' ') ILIKE ${part})`,
    );
  }
  if (owner !== undefined) conditions.push(sql<boolean>`coalesce(u.owner, '') = ${owner}`);
  if (overdue !== undefined) conditions.push(sql<boolean>`coalesce(u.overdue, false) = ${overdue}`);
  if (key !== undefined) conditions.push(sql<boolean>`u.key = ${key}`);
  return conditions;
}

/** `update_summary`, or the same over what the caller sees; `images` is then a lower bound. */
function updateSummaries(visibility: Visibility): RawBuilder<unknown> {
  if (visibility === 'everything') return sql`update_summary`;
  const count = (condition: RawBuilder<unknown>) =>
    sql`coalesce(sum(seen.images - coalesce(e.images, 0)) FILTER (WHERE ${condition}), 0)::int`;
  return sql`(SELECT key, type, stream, software, target, versions, flaws, gone, components, images, critical, high, medium, low, negligible, unknown,
      exploited, accepted, risk, since FROM (
      SELECT u.key, array_agg(DISTINCT c.component) AS components, max(seen.images - coalesce(e.images, 0)) AS images,
        ${count(sql`c.severity = 0`)} AS critical, ${count(sql`c.severity = 1`)} AS high, ${count(sql`c.severity = 2`)} AS medium,
        ${count(sql`c.severity = 3`)} AS low, ${count(sql`c.severity = 4`)} AS negligible, ${count(sql`c.severity = 5`)} AS unknown,
        ${count(sql`f.exploited IS NOT NULL`)} AS exploited, coalesce(sum(e.images), 0) AS accepted, max(c.risk) AS risk, min(c.since) AS since
      FROM update_summary AS u CROSS JOIN unnest(u.components) AS part JOIN seen ON seen.component = part
        JOIN candidate AS c ON c.component = part AND coalesce(c.upgrade_to, c.fixed[1]) = u.target JOIN flaw AS f ON f.id = c.flaw
        LEFT JOIN covered AS e ON e.component = c.component AND e.flaw = c.flaw
      GROUP BY u.key) AS own
    JOIN (SELECT key, type, stream, software, target, versions, flaws, gone FROM update_summary) AS u USING (key))`;
}

function imageCount(visibility: Visibility): RawBuilder<number> {
  if (visibility === 'everything') return sql<number>`page.counted`;
  return sql<number>`CASE WHEN page.counted = 0 THEN 0 ELSE (SELECT count(*)::int FROM image_components AS held
    WHERE held.components && page.components AND ${imageVisible(visibility, 'held.image')}) END`;
}

/** What lies in these registries of what the caller sees. */
async function narrowed(store: Store, visibility: Visibility, registries: readonly string[]): Promise<Visibility> {
  const found = await store
    .selectFrom('repository')
    .innerJoin('registry', 'registry.id', 'repository.registry')
    .select('repository.id')
    .where('registry.name', 'in', [...registries])
    .execute();
  const ids = found.map(({ id }) => id);
  const seen = visibility === 'everything' ? undefined : new Set(visibility.repositories);
  return { repositories: seen ? ids.filter((id) => seen.has(id)) : ids };
}
