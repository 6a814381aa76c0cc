import { sql } from 'kysely';
import { endExcepted, settleCandidates } from './excepted.ts';
import { sumOverImages } from './image-differences.ts';
import { applyDifferences, differenceColumns, recountSummaries, summaryColumns } from './summaries.ts';
import type { StoreTransaction } from './tables.ts';

/** What a new vulnerability database meant for images. */
export interface RematchFigures {
  readonly imagesChanged: number;
  readonly appeared: number;
  readonly went: number;
}

/**
 * Brings the images after their components: `verdict_change` becomes a signed difference of each component, those become
 * one of each image, and exceptions follow. `renamed` are flaws whose ids changed, by which exceptions know them.
 */
export async function followCandidates(
  transaction: StoreTransaction,
  renamed: readonly number[],
): Promise<RematchFigures> {
  await sql`CREATE TEMPORARY TABLE component_difference ON COMMIT DROP AS
    SELECT component, ${differenceColumns(sql`sign`)},
      (count(*) FILTER (WHERE came))::integer AS came, (count(*) FILTER (WHERE left_it))::integer AS left_it
    FROM (
      SELECT component, 1 AS sign, severity_after AS severity, status_after AS status, risk_after AS risk, exploited_after AS exploited,
        severity_before IS NULL AS came, false AS left_it FROM verdict_change WHERE severity_after IS NOT NULL
      UNION ALL
      SELECT component, -1, severity_before, status_before, risk_before, exploited_before, false, severity_after IS NULL
        FROM verdict_change WHERE severity_before IS NOT NULL) AS signed GROUP BY component`.execute(transaction);
  await sql`ANALYZE component_difference`.execute(transaction);
  await sumOverImages(transaction);
  const columns = summaryColumns.slice(0, -1).map((name) => sql.ref(name));
  await applyDifferences(transaction, sql`SELECT image, ${sql.join(columns)}, gained, lost FROM image_difference`);
  await followExceptions(transaction, renamed);
  const { rows } = await sql<RematchFigures>`SELECT count(*)::integer AS "imagesChanged",
    coalesce(sum(came), 0)::integer AS appeared, coalesce(sum(left_it), 0)::integer AS went FROM image_difference`.execute(
    transaction,
  );
  return rows[0] ?? { imagesChanged: 0, appeared: 0, went: 0 };
}

/** What is excepted does not count: images whose exceptions speak of a changed verdict are counted anew. */
async function followExceptions(transaction: StoreTransaction, renamed: readonly number[]): Promise<void> {
  const { rows } = await sql<{
    image: number;
  }>`SELECT DISTINCT image FROM excepted JOIN verdict_change USING (component, flaw)`.execute(transaction);
  await endExcepted(
    transaction,
    sql`(component, flaw) IN (SELECT component, flaw FROM verdict_change WHERE severity_after IS NULL)`,
  );
  await recountSummaries(
    transaction,
    rows.map(({ image }) => image),
  );
  await settleCandidates(
    transaction,
    sql`SELECT component, flaw FROM verdict_change WHERE severity_before IS NULL
      UNION SELECT component, flaw FROM candidate WHERE flaw = ANY(${renamed}::integer[])`,
  );
}
