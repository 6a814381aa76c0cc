import { type RawBuilder, sql } from 'kysely';
import type { Store } from '../tables.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, sortKeys } from './page.ts';
import { containsPattern } from './patterns.ts';
import { imageVisible, repositoryVisible, type Visibility } from './visibility.ts';

export interface JobFilter {
  readonly kind?: readonly string[] | undefined;
  readonly state?: readonly string[] | undefined;
  readonly q?: string | undefined;
}

export interface ReadJob {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly progress: number | null;
  readonly detail: string | null;
  readonly attempt: number;
  readonly because: string;
  readonly created: Date;
  readonly started: Date | null;
  readonly finished: Date | null;
  readonly failure: unknown;
}

const order: Order = {
  name: 'jobs',
  keys: [
    { by: sql`j.created`, type: 'timestamptz' },
    { by: sql`j.id`, type: 'uuid' },
  ],
  direction: 'desc',
};

/** Newest first; those about images and registries that the caller may see. */
export async function listJobs(
  store: Store,
  filter: JobFilter,
  { limit, cursor }: PageRequest,
  visibility: Visibility,
): Promise<Page<ReadJob>> {
  const { kind, state, q } = filter;
  const conditions: RawBuilder<boolean>[] = [jobVisible(visibility)];
  if (kind?.length) conditions.push(sql<boolean>`j.kind = ANY(${kind}::text[])`);
  if (state?.length) conditions.push(sql<boolean>`j.state = ANY(${state}::text[])`);
  if (q?.trim()) conditions.push(sql<boolean>`j.subject ILIKE ${containsPattern(q.trim())}`);
  const { rows } = await sql<ReadJob & { sort_keys: string[] }>`
    SELECT ${jobColumns(visibility)}, ${sortKeys(order)} AS sort_keys FROM job AS j
    WHERE ${sql.join([...conditions, behind(order, cursor)], sql` AND `)}
    ${orderBy(order)} LIMIT ${limit + 1}`.execute(store);
  return pageFrom(rows, order, limit, (row) => row);
}

export async function readJob(store: Store, id: string, visibility: Visibility): Promise<ReadJob | undefined> {
  const { rows } = await sql<ReadJob>`SELECT ${jobColumns(visibility)} FROM job AS j
    WHERE j.id = ${id} AND ${jobVisible(visibility)}`.execute(store);
  return rows[0];
}

export interface JobCounts {
  readonly waiting: number;
  readonly running: number;
  readonly failedLastDay: number;
  /** Over the last five minutes. */
  readonly perMinute: number;
}

export async function countJobs(store: Store, now: Date, visibility: Visibility): Promise<JobCounts> {
  const { rows } = await sql<JobCounts>`SELECT
      count(*) FILTER (WHERE j.state = 'waiting')::int AS waiting,
      count(*) FILTER (WHERE j.state = 'running')::int AS running,
      count(*) FILTER (WHERE j.state = 'failed' AND j.finished > ${now}::timestamptz - interval '1 day')::int AS "failedLastDay",
      (count(*) FILTER (WHERE j.finished > ${now}::timestamptz - interval '5 minutes') / 5.0)::float8 AS "perMinute"
    FROM job AS j WHERE ${jobVisible(visibility)}`.execute(store);
  return rows[0] ?? { waiting: 0, running: 0, failedLastDay: 0, perMinute: 0 };
}

/** How far a look through a registry came names its repositories: that is for those who see all of them. */
function jobColumns(visibility: Visibility): RawBuilder<unknown> {
  const detail =
    visibility === 'everything'
      ? sql`j.detail`
      : sql`CASE WHEN j.kind <> 'crawl' OR NOT EXISTS (SELECT FROM repository AS other WHERE other.registry = j.registry
          AND NOT ${repositoryVisible(visibility, 'other.id')}) THEN j.detail END AS detail`;
  return sql`j.id, j.kind, j.subject, j.state, j.progress, ${detail}, j.attempt, j.because, j.created, j.started,
    j.finished, j.failure`;
}

/** Work on the whole installation is for those who see all of it. */
function jobVisible(visibility: Visibility): RawBuilder<boolean> {
  if (visibility === 'everything') return sql<boolean>`true`;
  return sql<boolean>`((j.image IS NOT NULL AND ${imageVisible(visibility, 'j.image')})
    OR j.registry IN (SELECT repository.registry FROM repository WHERE ${repositoryVisible(visibility, 'repository.id')}))`;
}
