import { sql } from 'kysely';
import * as z from 'zod/mini';
import type { Store } from '../tables.ts';
import { allOf, type Condition } from './image-conditions.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, sortKeys } from './page.ts';
import { containsPattern, storedGlob } from './patterns.ts';
import { imageVisible, repositoryVisible, type Visibility, type VisiblePart } from './visibility.ts';

export type ExceptionState = 'asked' | 'approved' | 'refused' | 'expired' | 'withdrawn';

export interface ExceptionQuery extends PageRequest {
  readonly state?: readonly ExceptionState[] | undefined;
  readonly q?: string | undefined;
  readonly id?: string | undefined;
}

const scopeForm = z.object({
  vulnerability: z.optional(z.string()),
  package: z.optional(z.string()),
  registry: z.optional(z.string()),
  repository: z.optional(z.string()),
  image: z.optional(z.string()),
});

export type ExceptionScope = z.infer<typeof scopeForm>;

export interface ExceptionRow {
  readonly id: string;
  readonly scope: ExceptionScope;
  readonly reason: string;
  readonly kind: 'false-positive' | 'risk-accepted' | 'mitigated' | 'not-reachable';
  readonly state: ExceptionState;
  readonly expires?: string;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly decisionNote?: string;
  readonly endedAt?: string;
  readonly endedBy?: string;
  readonly endNote?: string;
  readonly findings: number;
  readonly images: number;
}

interface ReadException {
  readonly id: string;
  readonly scope: unknown;
  readonly reason: string;
  readonly kind: string;
  readonly state: ExceptionState;
  readonly expires: Date | null;
  readonly asked_by: string;
  readonly asked_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly decision_note: string | null;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
  readonly end_note: string | null;
  readonly findings: number;
  readonly images: number;
}

/** Those that end first come first; what has no end, last. */
const order: Order = {
  name: 'exceptions',
  direction: 'asc',
  keys: [
    { by: sql`coalesce(x.expires, '2999-01-01 00:00:00+00')`, type: 'timestamptz' },
    { by: sql`x.id`, type: 'uuid' },
  ],
};

export async function listExceptions(
  store: Store,
  query: ExceptionQuery,
  visibility: Visibility,
  who: string | undefined,
): Promise<Page<ExceptionRow>> {
  const conditions = conditionsOf(query, visibility, who);
  const [read, counted] = await Promise.all([
    sql<ReadException & { sort_keys: string[] }>`SELECT page.*, reach.findings, reach.images
      FROM (SELECT x.*, ${sortKeys(order)} AS sort_keys FROM exception AS x
        WHERE ${allOf(conditions)} AND ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1}) AS page
      CROSS JOIN LATERAL (SELECT count(*)::int AS findings, count(DISTINCT e.image)::int AS images FROM excepted AS e
        WHERE e.exception = page.id AND ${imageVisible(visibility, 'e.image')}) AS reach
      ORDER BY coalesce(page.expires, '2999-01-01 00:00:00+00'), page.id`.execute(store),
    query.cursor === undefined
      ? sql<{ total: number }>`SELECT count(*)::int AS total FROM exception AS x WHERE ${allOf(conditions)}`.execute(
          store,
        )
      : { rows: [] },
  ]);
  const total = counted.rows[0]?.total;
  return { ...pageFrom(read.rows, order, query.limit, toRow), ...(total !== undefined && { total }) };
}

export async function readException(
  store: Store,
  id: string,
  visibility: Visibility,
  who?: string,
): Promise<ExceptionRow | undefined> {
  return (await listExceptions(store, { id, limit: 1 }, visibility, who)).items[0];
}

/** What is stored of a scope; nothing that some other version added. */
export function readScope(scope: unknown): ExceptionScope {
  return z.safeParse(scopeForm, scope).data ?? {};
}

function conditionsOf({ state, q, id }: ExceptionQuery, visibility: Visibility, who: string | undefined): Condition[] {
  const conditions: Condition[] = [sql<boolean>`true`];
  if (id !== undefined) conditions.push(sql<boolean>`x.id = ${id}::uuid`);
  if (state?.length) conditions.push(sql<boolean>`x.state = ANY(${state}::text[])`);
  if (q?.trim()) {
    const part = containsPattern(q.trim());
    conditions.push(
      sql<boolean>`(x.reason ILIKE ${part} OR x.asked_by ILIKE ${part} OR EXISTS (SELECT FROM jsonb_each_text(x.scope) AS given WHERE given.value ILIKE ${part}))`,
    );
  }
  return [...conditions, exceptionSeen(visibility, who)];
}

/**
 * True for an exception `x` that the caller sees. Who sees part of the images sees the exceptions that silence something
 * there, those that name a place there (a registry, repositories or an image), and those that he asked for
 * himself.
 */
export function exceptionSeen(visibility: Visibility, who: string | undefined): Condition {
  if (visibility === 'everything') return sql<boolean>`true`;
  const isOwn = who === undefined ? sql<boolean>`false` : sql<boolean>`x.asked_by = ${who}`;
  return sql<boolean>`(${isOwn} OR ${placeSeen(visibility)}
      OR EXISTS (SELECT FROM excepted AS e WHERE e.exception = x.id AND ${imageVisible(visibility, 'e.image')}))`;
}

/** Of the repositories that are named, one is enough. Most are found by their names; only patterns are tried one by one. */
function placeSeen(visibility: VisiblePart): Condition {
  const [registry, repository] = [sql`x.scope->>'registry'`, sql`x.scope->>'repository'`];
  const isSeen = repositoryVisible(visibility, 'repository.id');
  const seen = sql`repository JOIN registry ON registry.id = repository.registry WHERE ${isSeen}`;
  return sql<boolean>`${registry} = ANY(${visibility.reach?.registries ?? []}::text[])
      OR (${registry} IS NULL AND ${repository} IS NOT NULL OR ${registry} IN (SELECT registry.name FROM ${seen}))
        AND CASE WHEN ${repository} IS NULL THEN true
          WHEN strpos(${repository}, '*') = 0 AND ${registry} IS NULL THEN ${repository} IN (SELECT repository.name FROM ${seen})
          WHEN strpos(${repository}, '*') = 0
            THEN (${registry}, ${repository}) IN (SELECT registry.name, repository.name FROM ${seen})
          ELSE EXISTS (SELECT FROM (SELECT ${storedGlob(repository)} AS pattern OFFSET 0) AS given, repository
            WHERE repository.name LIKE given.pattern AND ${isSeen}
              AND (${registry} IS NULL OR repository.registry = (SELECT id FROM registry WHERE name = ${registry}))) END
      OR EXISTS (SELECT FROM image WHERE image.digest = x.scope->>'image' AND ${imageVisible(visibility, 'image.id')})`;
}

const kinds = ['false-positive', 'risk-accepted', 'mitigated', 'not-reachable'] as const;

function toRow(row: ReadException): ExceptionRow {
  return {
    id: row.id,
    scope: readScope(row.scope),
    reason: row.reason,
    kind: kinds.find((kind) => kind === row.kind) ?? 'risk-accepted',
    state: row.state,
    ...(row.expires && { expires: row.expires.toISOString() }),
    askedBy: row.asked_by,
    askedAt: row.asked_at.toISOString(),
    ...(row.decided_by && { decidedBy: row.decided_by }),
    ...(row.decided_at && { decidedAt: row.decided_at.toISOString() }),
    ...(row.decision_note && { decisionNote: row.decision_note }),
    ...(row.ended_at && { endedAt: row.ended_at.toISOString() }),
    ...(row.ended_by && { endedBy: row.ended_by }),
    ...(row.end_note && { endNote: row.end_note }),
    findings: row.findings,
    images: row.images,
  };
}
