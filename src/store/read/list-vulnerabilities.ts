import { type RawBuilder, sql } from 'kysely';
import type { Severity } from '../../model/severity.ts';
import { severityCode, severityOf } from '../candidate-codes.ts';
import { prepared } from '../prepared.ts';
import { rememberTotal } from '../short-memory.ts';
import type { Store } from '../tables.ts';
import { epssBound } from './epss-bound.ts';
import { allOf, type Condition, imagesWithFlaw } from './image-conditions.ts';
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
import { containsPattern } from './patterns.ts';
import { type Threat, type ThreatColumns, threatOf } from './threat.ts';
import { imageVisible, isCounted, type Visibility, visibilityKey, withCounts, withSeen } from './visibility.ts';

export type VulnerabilitySort = 'risk' | 'images' | 'epss' | 'id' | 'firstSeen';

export interface VulnerabilityFilter {
  readonly q?: string | undefined;
  readonly severity?: readonly Severity[] | undefined;
  readonly fixable?: boolean | undefined;
  readonly exploited?: boolean | undefined;
  readonly epss?: number | undefined;
  /** Of packages of one of these types. */
  readonly type?: readonly string[] | undefined;
  readonly since?: Date | undefined;
}

export interface VulnerabilityQuery extends VulnerabilityFilter, PageRequest {
  /** Whether the first page tells how many there are; it does unless told otherwise. */
  readonly isCounted?: boolean;
  readonly sort: VulnerabilitySort;
  readonly direction?: 'asc' | 'desc' | undefined;
}

export interface VulnerabilityRow {
  readonly id: string;
  readonly aliases: string[];
  readonly title?: string;
  readonly severity: Severity;
  readonly cvss?: number;
  readonly threat: Threat;
  readonly risk: number;
  readonly images: number;
  readonly packages: string[];
  readonly fixable: boolean;
  readonly firstSeen: string;
}

export interface ReadVulnerability extends ThreatColumns {
  readonly id: number;
  readonly name: string;
  readonly aliases: string[];
  readonly title: string | null;
  readonly severity: number;
  readonly cvss: number | null;
  readonly risk: number;
  readonly images: number;
  readonly packages: string[];
  readonly fixable: boolean;
  readonly first_seen: Date;
}

/** A page of the flaws that images have which the caller sees; the first page also tells how many. */
export async function listVulnerabilities(
  store: Store,
  query: VulnerabilityQuery,
  caller: Visibility,
): Promise<Page<VulnerabilityRow>> {
  const visibility = await withCounts(store, caller);
  const order = orderOf(query);
  const condition = allOf(conditionsOf(query));
  const from = sql`FROM ${flawSummaries(visibility)} AS s JOIN flaw AS f ON f.id = s.flaw WHERE ${condition}`;
  const isFirst = query.cursor === undefined && query.isCounted !== false;
  const of = (visibility !== 'everything' && visibility.counted) || visibilityKey(visibility);
  const [{ rows }, total] = await Promise.all([
    sql<
      ReadVulnerability & { sort_keys: string[] }
    >`${query.q || visibility !== 'everything' ? sql`` : prepared}${withSeen(visibility)}
      SELECT page.*, ${imageCount(visibility, 'page')} AS images FROM (
        SELECT ${vulnerabilityColumns}, ${sortKeys(order)} AS sort_keys, row_number() OVER (${orderBy(order)}) AS place
        ${from} AND ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1}) AS page ORDER BY place`.execute(
      store,
    ),
    isFirst
      ? rememberTotal(store, ['vulnerabilities', of, filterOf(query)], () =>
          countRows(store, sql`${withSeen(visibility)} SELECT count(*)::int AS total ${from}`),
        )
      : undefined,
  ]);
  return { ...pageFrom(rows, order, query.limit, toVulnerabilityRow), ...(total !== undefined && { total }) };
}

async function countRows(store: Store, counting: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`${counting}`.execute(store);
  return rows[0]?.total ?? 0;
}

/** Of a summary `s` and `flaw AS f`. */
export const vulnerabilityColumns = sql`f.id, f.name, f.aliases, f.title, s.severity, f.cvss, s.risk, s.images AS counted, s.packages, s.fixable,
  s.first_seen, f.epss, f.epss_percentile, f.exploited, f.ransomware, f.exploits, f.facts, (SELECT max(built) FROM build) AS built`;

/** Counted for the few rows that are shown where the prepared count is of more than the caller sees. */
export function imageCount(visibility: Visibility, page: string): RawBuilder<number> {
  if (isCounted(visibility)) return sql<number>`${sql.ref(`${page}.counted`)}`;
  return sql<number>`(SELECT count(*)::int FROM (${imagesWithFlaw(sql<number>`SELECT ${sql.ref(`${page}.id`)}`)}) AS affected
    WHERE ${imageVisible(visibility, 'affected.image')})`;
}

/** `flaw_summary`, or the same over what the caller sees; where that is not counted, `images` is a lower bound. */
export function flawSummaries(visibility: Visibility): RawBuilder<unknown> {
  if (visibility === 'everything') return sql`flaw_summary`;
  if (visibility.counted !== undefined) return sql`(SELECT * FROM reach_flaw WHERE reach = ${visibility.counted}::int)`;
  return sql`(SELECT own.*, own.names[1:10] AS packages, coalesce(flaw.epss, 0) AS epss,
      lower(concat_ws(' ', flaw.name, array_to_string(aliases, ' '), title, array_to_string(own.names, ' '))) AS words
    FROM (SELECT c.flaw, max(seen.images - coalesce(e.images, 0)) AS images, min(c.severity) AS severity, max(c.risk) AS risk,
        bool_or(c.status = 0) AS fixable, min(c.since) AS first_seen, array_agg(DISTINCT k.name) AS names,
        array_agg(DISTINCT k.type) AS types
      FROM seen JOIN candidate AS c ON c.component = seen.component JOIN component AS k ON k.id = c.component
        LEFT JOIN covered AS e ON e.component = c.component AND e.flaw = c.flaw
      WHERE seen.images > coalesce(e.images, 0) GROUP BY c.flaw) AS own
    JOIN flaw ON flaw.id = own.flaw)`;
}

export function toVulnerabilityRow(row: ReadVulnerability): VulnerabilityRow {
  return {
    id: row.name,
    aliases: row.aliases,
    ...(row.title && { title: row.title }),
    severity: severityOf(row.severity),
    ...(row.cvss !== null && { cvss: row.cvss }),
    threat: threatOf(row),
    risk: row.risk,
    images: row.images,
    packages: row.packages,
    fixable: row.fixable,
    firstSeen: row.first_seen.toISOString(),
  };
}

/** Over a summary `s` and `flaw AS f`. */
export function conditionsOf({ q, severity, fixable, exploited, epss, type, since }: VulnerabilityFilter): Condition[] {
  const conditions: Condition[] = [sql<boolean>`true`];
  if (q?.trim()) conditions.push(sql<boolean>`s.words LIKE ${containsPattern(q.trim().toLowerCase())}`);
  if (severity?.length) conditions.push(sql<boolean>`s.severity = ANY(${severity.map(severityCode)}::smallint[])`);
  if (fixable !== undefined) conditions.push(sql<boolean>`s.fixable = ${fixable}`);
  if (exploited !== undefined) conditions.push(sql<boolean>`(f.exploited IS NOT NULL) = ${exploited}`);
  if (epss !== undefined) conditions.push(sql<boolean>`f.epss >= ${epssBound(epss)}`);
  if (type?.length) conditions.push(sql<boolean>`s.types && ${type}::text[]`);
  if (since) conditions.push(sql<boolean>`s.first_seen >= ${since}`);
  return conditions;
}

function orderOf({ sort, direction }: VulnerabilityQuery): Order {
  return {
    name: `vulnerabilities-${sort}`,
    keys: keys[sort],
    direction: direction ?? (sort === 'id' ? 'asc' : 'desc'),
  };
}

const byFlaw: SortKey = { by: sql`s.flaw`, type: 'integer' };

const keys: Readonly<Record<VulnerabilitySort, readonly SortKey[]>> = {
  risk: [{ by: sql`s.risk`, type: 'real' }, byFlaw],
  images: [{ by: sql`s.images`, type: 'integer' }, byFlaw],
  firstSeen: [{ by: sql`s.first_seen`, type: 'timestamptz' }, byFlaw],
  epss: [{ by: sql`s.epss`, type: 'real' }, byFlaw],
  id: [{ by: sql`f.name`, type: 'text' }, byFlaw],
};
