import { sql } from 'kysely';
import { isAmong } from './is-among.ts';
import { containsPattern } from './read/patterns.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** The row of a repository, made when there is none; locked until the transaction ends. */
export async function ensureRepository(
  transaction: StoreTransaction,
  place: {
    readonly registry: number;
    readonly repository: string;
    readonly at: Date;
    readonly cause: 'push' | 'crawl' | 'upload';
  },
): Promise<number> {
  const pushed = place.cause === 'push' ? place.at : null;
  const { rows } = await sql<{ id: number }>`INSERT INTO repository (registry, name, last_push)
    VALUES (${place.registry}, ${place.repository}, ${pushed})
    ON CONFLICT (registry, name) DO UPDATE SET last_push = greatest(repository.last_push, excluded.last_push)
    RETURNING id`.execute(transaction);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('the repository was not stored');
  return id;
}

export interface RepositoryStored {
  readonly id: number;
  readonly name: string;
  readonly images: number;
  readonly tags: number;
  readonly last_push: Date | null;
}

export interface RepositoryQuestion {
  readonly registry: number;
  /** Part of a name. */
  readonly q?: string | undefined;
  /** Last name of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** Rows that may be seen; all when not given. */
  readonly among?: readonly number[] | undefined;
}

/** By name; one row more than asked for tells that there is another page. */
export async function listRepositories(
  store: Store,
  question: RepositoryQuestion,
): Promise<readonly RepositoryStored[]> {
  const { registry, q, after, limit, among } = question;
  const part = q === undefined ? null : containsPattern(q);
  const { rows } = await sql<RepositoryStored>`SELECT repository.id, name, last_push,
      (SELECT count(*)::int FROM placement JOIN image ON image.id = placement.image
        WHERE placement.repository = repository.id AND deleted IS NULL AND state <> 'artifact') AS images,
      (SELECT count(*)::int FROM tag WHERE tag.repository = repository.id) AS tags
    FROM repository WHERE registry = ${registry} AND (${part}::text IS NULL OR name ILIKE ${part})
      AND (${after ?? null}::text IS NULL OR name > ${after ?? null}) AND ${among ? isAmong(sql.ref('id'), among) : sql`true`}
    ORDER BY name LIMIT ${limit + 1}`.execute(store);
  return rows;
}
