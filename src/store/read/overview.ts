import { type RawBuilder, sql } from 'kysely';
import * as z from 'zod/mini';
import { readReachDays } from '../reach.ts';
import { today } from '../recount/write-days.ts';
import type { Store } from '../tables.ts';
import { isImage, isPartial } from './image-conditions.ts';
import { countsOf, type FindingCounts } from './image-row.ts';
import { imageVisible, repositoryVisible, type Visibility, withCounts } from './visibility.ts';

export interface ImageTotals {
  readonly total: number;
  readonly scanned: number;
  readonly failed: number;
  readonly queued: number;
  readonly partial: number;
  readonly endOfLife: number;
}

export interface Changed {
  readonly pushed: number;
  readonly appeared: number;
  readonly went: number;
}

/** One pass over the images that the caller sees. */
export async function readTotals(
  store: Store,
  since: Date,
  visibility: Visibility,
): Promise<{
  readonly images: ImageTotals;
  readonly findings: FindingCounts;
  readonly pushed: Pick<Changed, 'pushed' | 'appeared'>;
}> {
  const { rows } = await sql<
    Record<keyof ImageTotals | keyof FindingCounts | 'pushed' | 'came', number>
  >`SELECT count(*)::int AS total,
      count(*) FILTER (WHERE i.state = 'scanned')::int AS scanned, count(*) FILTER (WHERE i.state = 'failed')::int AS failed,
      count(*) FILTER (WHERE i.state IN ('queued', 'scanning'))::int AS queued,
      count(*) FILTER (WHERE ${isPartial})::int AS partial,
      count(*) FILTER (WHERE i.end_of_life)::int AS "endOfLife",
      coalesce(sum(s.critical), 0)::int AS critical, coalesce(sum(s.high), 0)::int AS high, coalesce(sum(s.medium), 0)::int AS medium,
      coalesce(sum(s.low), 0)::int AS low, coalesce(sum(s.negligible), 0)::int AS negligible, coalesce(sum(s.unknown), 0)::int AS unknown,
      coalesce(sum(s.fixable), 0)::int AS fixable, coalesce(sum(s.exploited), 0)::int AS exploited,
      count(*) FILTER (WHERE i.first_seen >= ${since})::int AS pushed,
      coalesce(sum(s.critical + s.high + s.medium + s.low + s.negligible + s.unknown) FILTER (WHERE i.first_seen >= ${since}), 0)::int AS came
    FROM image AS i JOIN image_summary AS s ON s.image = i.id
    WHERE i.gone IS NULL AND ${isImage} AND ${imageVisible(visibility, 'i.id')}`.execute(store);
  const [row] = rows;
  if (!row) throw new RangeError('an aggregate has one row');
  const { total, scanned, failed, queued, partial, endOfLife } = row;
  return {
    images: { total, scanned, failed, queued, partial, endOfLife },
    findings: countsOf(row),
    pushed: { pushed: row.pushed, appeared: row.came },
  };
}

type Moved = Pick<Changed, 'appeared' | 'went'>;

/** Findings that advisories, exceptions and newer scanners brought or took. */
export async function readMoved(store: Store, since: Date, visibility: Visibility): Promise<Moved> {
  const advised = await advisedSince(store, since, await withCounts(store, visibility));
  const { rows } = await sql<Moved>`SELECT
      (${advised.appeared}::int
        + (${rescanned('appeared', since, visibility)})
        + (SELECT count(*) FROM excepted_past AS e WHERE until >= ${since} AND again AND ${imageVisible(visibility, 'e.image')}))::int AS appeared,
      (${advised.went}::int
        + (${rescanned('went', since, visibility)})
        + (${newlyExcepted(since, visibility)}))::int AS went`.execute(store);
  return rows[0] ?? { appeared: 0, went: 0 };
}

/** The newest vulnerability database that was put in force. */
export async function readBuilt(store: Store): Promise<Date | undefined> {
  const { rows } = await sql<{ built: Date }>`SELECT built FROM build ORDER BY id DESC LIMIT 1`.execute(store);
  return rows[0]?.built;
}

export interface RegistryCounts {
  readonly known: number;
  /** Cannot be read now. */
  readonly failing: number;
  /** Neither looked through nor heard of. */
  readonly silent: number;
}

/** Of those in which the caller sees something. */
export async function countRegistries(store: Store, visibility: Visibility): Promise<RegistryCounts> {
  const own =
    visibility === 'everything'
      ? sql`true`
      : sql`EXISTS (SELECT FROM repository
    WHERE repository.registry = registry.id AND ${repositoryVisible(visibility, 'repository.id')})`;
  const { rows } = await sql<RegistryCounts>`SELECT count(*)::int AS known,
      count(*) FILTER (WHERE failure IS NOT NULL)::int AS failing,
      count(*) FILTER (WHERE failure IS NULL AND last_push IS NULL AND settings->'pollMinutes' = '0'::jsonb)::int AS silent
    FROM registry WHERE ${own}`.execute(store);
  return rows[0] ?? { known: 0, failing: 0, silent: 0 };
}

const storedCounts = z.object({
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  negligible: z.number(),
  unknown: z.number(),
  fixable: z.number(),
  exploited: z.number(),
});

/** A point for each of the last days that was counted, oldest first. Of a part, since somebody first asked for it. */
export async function readTrend(
  store: Store,
  days: number,
  visibility: Visibility,
): Promise<{ readonly day: string; readonly counts: FindingCounts }[]> {
  const counted = await countedDays(store, visibility);
  if (!counted) return [];
  const { rows } = await sql<{ day: string; counts: unknown }>`SELECT day, counts FROM ${counted}
    AND day > ${today} - ${days}::int ORDER BY day`.execute(store);
  return rows.flatMap(({ day, counts }) => {
    const read = z.safeParse(storedCounts, counts);
    return read.success ? [{ day, counts: read.data }] : [];
  });
}

/** Undefined for whoever sees nothing. */
async function countedDays(store: Store, visibility: Visibility): Promise<RawBuilder<unknown> | undefined> {
  if (visibility === 'everything') return sql`day_summary WHERE true`;
  return visibility.reach && sql`reach_day WHERE reach = ${await readReachDays(store, visibility.reach)}`;
}

/** Not what one exception took over from another. */
function newlyExcepted(since: Date, visibility: Visibility) {
  return sql`SELECT count(*) FROM (SELECT image, component, flaw, since FROM excepted
      UNION ALL SELECT image, component, flaw, since FROM excepted_past) AS e
    WHERE since >= ${since} AND ${imageVisible(visibility, 'e.image')} AND NOT EXISTS (SELECT FROM excepted_past AS before
      WHERE before.image = e.image AND before.component = e.component AND before.flaw = e.flaw AND before.until = e.since)`;
}

function rescanned(change: 'appeared' | 'went', since: Date, visibility: Visibility) {
  return sql`SELECT coalesce(sum(coalesce(findings, 1)), 0) FROM image_event WHERE at >= ${since} AND change = ${change} AND ${imageVisible(visibility, 'image_event.image')}`;
}

async function advisedSince(store: Store, since: Date, visibility: Visibility): Promise<Moved> {
  const kept = await movedOfReach(store, since, visibility);
  if (kept) return kept;
  const { rows } = await (visibility === 'everything'
    ? sql<Moved>`SELECT coalesce(sum(appeared), 0)::int AS appeared, coalesce(sum(went), 0)::int AS went
        FROM build WHERE installed >= ${since}`
    : sql<Moved>`SELECT (${ofCandidates('candidate', 'since', since, visibility)})::int AS appeared,
        (${ofCandidates('candidate_past', 'until', since, visibility)})::int AS went`
  ).execute(store);
  return rows[0] ?? { appeared: 0, went: 0 };
}

/** Undefined where it is not counted beforehand, or not for so long ago. */
async function movedOfReach(store: Store, since: Date, visibility: Visibility): Promise<Moved | undefined> {
  if (visibility === 'everything' || visibility.counted === undefined) return undefined;
  const { rows } = await sql<Moved>`
    SELECT coalesce(sum((one->>1)::int), 0)::int AS appeared, coalesce(sum((one->>2)::int), 0)::int AS went
    FROM reach LEFT JOIN jsonb_array_elements(moved) AS one ON (one->>0)::timestamptz >= ${since}
    WHERE reach.id = ${visibility.counted} AND moved_since <= ${since} GROUP BY reach.id`.execute(store);
  return rows[0];
}

function ofCandidates(table: string, column: string, since: Date, visibility: Visibility) {
  return sql`SELECT coalesce(sum((SELECT count(*) FROM image_components AS held
      WHERE held.components @> ARRAY[c.component] AND ${imageVisible(visibility, 'held.image')})), 0)
    FROM ${sql.table(table)} AS c WHERE c.cause = 'advisory' AND ${sql.ref(`c.${column}`)} >= ${since}`;
}
