import { type RawBuilder, sql } from 'kysely';
import { closeFence } from './builds.ts';
import { storedGlob } from './read/patterns.ts';
import { applyDifferences, differenceColumns } from './summaries.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** How much an exception silences. */
export interface Reach {
  readonly findings: number;
  readonly images: number;
}

/** All given conditions hold. Globs (`*`) in package and repository. */
export interface ExceptionReachScope {
  readonly vulnerability?: string;
  readonly package?: string;
  readonly registry?: string;
  readonly repository?: string;
  readonly image?: string;
}

/** How much a scope would silence that nothing else silences yet. */
export async function reachOf(store: Store, scope: ExceptionReachScope): Promise<Reach> {
  const asked = sql`SELECT gen_random_uuid() AS id, ${JSON.stringify(scope)}::jsonb AS scope, now() AS asked_at`;
  const { rows } = await sql<Reach>`SELECT count(*)::integer AS findings, count(DISTINCT image)::integer AS images
    FROM (${covered(asked, {})}) AS reached
    WHERE (image, component, flaw) NOT IN (SELECT image, component, flaw FROM excepted)`.execute(store);
  return rows[0] ?? { findings: 0, images: 0 };
}

/**
 * Makes the findings that exceptions cover, and the summaries, follow what was decided: after an exception was approved,
 * withdrawn or ran out, its id is given here, in the transaction of the decision.
 */
export async function settleExceptions(transaction: StoreTransaction, exceptions: readonly string[]): Promise<void> {
  if (exceptions.length === 0) return;
  // An image that is being recorded would neither see this decision nor be seen by it.
  await closeFence(transaction);
  const ended = sql`exception = ANY(${exceptions}::uuid[]) AND exception NOT IN (SELECT id FROM (${approved()}) AS a)`;
  const { rows } = await sql<{ image: number }>`SELECT DISTINCT image FROM excepted WHERE ${ended}`.execute(
    transaction,
  );
  await uncover(transaction, ended);
  // What another exception covers as well stays covered.
  const images = rows.map(({ image }) => image);
  await cover(transaction, approved(), { images });
  await cover(transaction, sql`SELECT * FROM (${approved()}) AS a WHERE id = ANY(${exceptions}::uuid[])`, {});
  await remember(transaction);
}

/** The same for images that were scanned, or that came to lie somewhere else. */
export async function settleImages(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length === 0 || !(await hasExceptions(transaction, images))) return;
  const these = { images };
  await uncover(
    transaction,
    sql`image = ANY(${images}::integer[]) AND (image, component, flaw) NOT IN
      (SELECT image, component, flaw FROM (${covered(approved(), these)}) AS still)`,
  );
  await cover(transaction, approved(), these);
  await remember(transaction);
}

/** The same for candidates that came, or whose flaw has other ids now: `candidates` selects component and flaw. */
export async function settleCandidates(transaction: StoreTransaction, candidates: RawBuilder<unknown>): Promise<void> {
  await uncover(
    transaction,
    sql`(component, flaw) IN (${candidates}) AND (image, component, flaw) NOT IN
      (SELECT image, component, flaw FROM (${covered(approved(), { candidates })}) AS still)`,
  );
  await cover(transaction, approved(), { candidates });
  await remember(transaction);
}

/** Of findings that were covered and went: `which` is a condition on `excepted`. They do not count again. */
export async function endExcepted(transaction: StoreTransaction, which: RawBuilder<unknown>): Promise<void> {
  await sql`WITH gone AS (DELETE FROM excepted WHERE ${which} RETURNING *)
    INSERT INTO excepted_past (image, component, flaw, exception, since, until, again)
    SELECT image, component, flaw, exception, since, now(), false FROM gone`.execute(transaction);
}

/** Exceptions that ran out become `expired`; their findings stand again. Answers which. */
export async function expireExceptions(store: Store, now: Date): Promise<readonly string[]> {
  return store.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ id: string }>`UPDATE exception SET state = 'expired', ended_at = ${now}::timestamptz
      WHERE state = 'approved' AND expires <= ${now}::timestamptz RETURNING id`.execute(transaction);
    const ids = rows.map(({ id }) => id);
    await settleExceptions(transaction, ids);
    return ids;
  });
}

interface Within {
  readonly images?: readonly number[];
  /** Selects component and flaw: only these candidates. */
  readonly candidates?: RawBuilder<unknown>;
}

/** Adds what is covered and was not, and takes it from the summaries. */
async function cover(transaction: StoreTransaction, exceptions: RawBuilder<unknown>, within: Within): Promise<void> {
  if (within.images?.length === 0) return;
  await sql`DROP TABLE IF EXISTS newly_excepted`.execute(transaction);
  await sql`CREATE TEMPORARY TABLE newly_excepted ON COMMIT DROP AS SELECT * FROM (${covered(exceptions, within)}) AS c
    WHERE NOT EXISTS (SELECT FROM excepted AS e WHERE e.image = c.image AND e.component = c.component AND e.flaw = c.flaw)`.execute(
    transaction,
  );
  const { numAffectedRows } = await sql`INSERT INTO excepted (image, component, flaw, exception)
    SELECT image, component, flaw, exception FROM newly_excepted`.execute(transaction);
  if (numAffectedRows) await applyDifferences(transaction, findingsOf(sql`newly_excepted`, sql`-1`));
}

/** Exceptions in force. */
function approved(): RawBuilder<unknown> {
  return sql`SELECT id, scope, asked_at FROM exception WHERE state = 'approved' AND (expires IS NULL OR expires > now())`;
}

async function uncover(transaction: StoreTransaction, which: RawBuilder<unknown>): Promise<void> {
  await sql`DROP TABLE IF EXISTS no_longer_excepted`.execute(transaction);
  await sql`CREATE TEMPORARY TABLE no_longer_excepted (LIKE excepted) ON COMMIT DROP`.execute(transaction);
  const { numAffectedRows } = await sql`WITH gone AS (DELETE FROM excepted WHERE ${which} RETURNING *)
    INSERT INTO no_longer_excepted SELECT * FROM gone`.execute(transaction);
  if (numAffectedRows) await applyDifferences(transaction, findingsOf(sql`no_longer_excepted`, sql`1`));
}

/** After covering: what was uncovered counts again, unless another exception covers it as well. */
async function remember(transaction: StoreTransaction): Promise<void> {
  await sql`INSERT INTO excepted_past (image, component, flaw, exception, since, until, again)
    SELECT o.image, o.component, o.flaw, o.exception, o.since, now(), NOT EXISTS (SELECT FROM excepted AS e
      WHERE e.image = o.image AND e.component = o.component AND e.flaw = o.flaw)
    FROM no_longer_excepted AS o`.execute(transaction);
}

/** Asked before each scan is recorded, and mostly answered with no: looking for what is covered takes longer. */
async function hasExceptions(transaction: StoreTransaction, images: readonly number[]): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`SELECT EXISTS (SELECT FROM exception WHERE state = 'approved')
    OR EXISTS (SELECT FROM excepted WHERE image = ANY(${images}::integer[])) AS has`.execute(transaction);
  return rows[0]?.has === true;
}

/** Signed differences that findings (image, component, flaw) of a table make. */
function findingsOf(table: RawBuilder<unknown>, sign: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`SELECT image, ${differenceColumns(sign)} FROM (
      SELECT f.image, severity, status, risk, flaw.exploited IS NOT NULL AS exploited FROM ${table} AS f
      JOIN candidate USING (component, flaw) JOIN flaw ON flaw.id = f.flaw) AS finding GROUP BY image`;
}

/**
 * Findings that the exceptions (id, scope, asked_at) cover: image, component, flaw and the earliest exception that does.
 */
function covered(exceptions: RawBuilder<unknown>, { images, candidates }: Within): RawBuilder<unknown> {
  const ofCandidates = candidates
    ? sql`AND (c.component, c.flaw) IN (${candidates})`
    : images
      ? sql`AND c.component IN (SELECT unnest(components) FROM image_components WHERE image = ANY(${images}::integer[]))`
      : sql``;
  const ofImages = images ? sql`AND held.image = ANY(${images}::integer[])` : sql``;
  return sql`
    WITH given AS (${givenScopes(exceptions)}),
    pair AS (
      SELECT given.*, c.component, c.flaw FROM given
        JOIN flaw AS f ON f.name = given.vulnerability OR f.aliases @> ARRAY[given.vulnerability]
        JOIN candidate AS c ON c.flaw = f.id ${ofCandidates}
        WHERE given.vulnerability IS NOT NULL
      UNION ALL
      SELECT given.*, c.component, c.flaw FROM given
        JOIN component AS k ON k.name LIKE given.package OR k.software LIKE given.package OR k.name || '@' || k.version LIKE given.package
        JOIN candidate AS c ON c.component = k.id ${ofCandidates}
        WHERE given.vulnerability IS NULL AND given.package IS NOT NULL)
    SELECT DISTINCT ON (held.image, pair.component, pair.flaw) held.image, pair.component, pair.flaw, pair.id AS exception
    FROM pair
      JOIN component AS k ON k.id = pair.component
      JOIN image_components AS held ON held.components @> ARRAY[pair.component] ${ofImages}
    WHERE ${coversPackage('pair', 'k')} AND ${coversImage('pair', 'held.image')}
    ORDER BY held.image, pair.component, pair.flaw, pair.asked_at, pair.id`;
}

/**
 * Of these findings (image, component, flaw) those that the exceptions (id, scope, asked_at) cover, with the earliest
 * exception that does. For a few findings and exceptions: each is held against each.
 */
export function coveredAmong(findings: RawBuilder<unknown>, exceptions: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    WITH given AS (${givenScopes(exceptions)})
    SELECT DISTINCT ON (one.image, one.component, one.flaw) one.image, one.component, one.flaw, given.id AS exception
    FROM (${findings}) AS one JOIN component AS k ON k.id = one.component JOIN flaw AS f ON f.id = one.flaw
      JOIN given ON (given.vulnerability IS NULL OR given.vulnerability = f.name OR given.vulnerability = ANY(f.aliases))
        AND (given.vulnerability IS NOT NULL OR given.package IS NOT NULL)
    WHERE ${coversPackage('given', 'k')} AND ${coversImage('given', 'one.image')}
    ORDER BY one.image, one.component, one.flaw, given.asked_at, given.id`;
}

function givenScopes(exceptions: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`SELECT id, asked_at, scope->>'vulnerability' AS vulnerability, ${storedGlob(sql`scope->>'package'`)} AS package,
      scope->>'registry' AS registry, ${storedGlob(sql`scope->>'repository'`)} AS repository, scope->>'image' AS image
    FROM (${exceptions}) AS e`;
}

function coversPackage(given: string, component: string): RawBuilder<boolean> {
  const [e, k] = [sql.table(given), sql.table(component)];
  return sql<boolean>`(${e}.package IS NULL OR ${k}.name LIKE ${e}.package OR ${k}.software LIKE ${e}.package
    OR ${k}.name || '@' || ${k}.version LIKE ${e}.package)`;
}

/**
 * A registry or repository covers an image only when every place where it lies is one of them: the same image elsewhere
 * is somebody else's decision.
 */
function coversImage(given: string, imageColumn: string): RawBuilder<boolean> {
  const [e, image] = [sql.table(given), sql.ref(imageColumn)];
  return sql<boolean>`(${e}.image IS NULL OR EXISTS (SELECT FROM image WHERE image.id = ${image} AND ${e}.image IN (image.digest, image.name)))
    AND ((${e}.registry IS NULL AND ${e}.repository IS NULL) OR (
      EXISTS (SELECT FROM placement WHERE placement.image = ${image} AND deleted IS NULL)
      AND NOT EXISTS (SELECT FROM placement JOIN repository ON repository.id = placement.repository JOIN registry ON registry.id = repository.registry
        WHERE placement.image = ${image} AND deleted IS NULL
          AND NOT ((${e}.registry IS NULL OR registry.name = ${e}.registry) AND (${e}.repository IS NULL OR repository.name LIKE ${e}.repository)))))`;
}
