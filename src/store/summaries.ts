import { type RawBuilder, sql } from 'kysely';
import { closeFence } from './builds.ts';
import { findHighestRisk } from './highest-risk.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** The figures of `image_summary`. */
export const summaryColumns = [
  'critical',
  'high',
  'medium',
  'low',
  'negligible',
  'unknown',
  'fixable',
  'exploited',
  'risk',
] as const;

/** A summary that is not what counting anew gives. */
export interface SummaryDifference {
  readonly image: number;
  readonly stored: Readonly<Record<string, number>>;
  readonly counted: Readonly<Record<string, number>>;
}

/** Counts anew the findings that stand, for these images. */
export async function recountSummaries(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length === 0) return;
  await sql`UPDATE image_summary SET ${assignments()} FROM (${counted(sql`image = ANY(${images}::integer[])`)}) AS now
    WHERE image_summary.image = now.image`.execute(transaction);
}

/** For images of which no finding stands any more. */
export async function clearSummaries(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  await sql`UPDATE image_summary SET ${sql.join(summaryColumns.map((name) => sql`${sql.ref(name)} = 0`))}
    WHERE image = ANY(${[...images]}::integer[])`.execute(transaction);
}

/**
 * Changes summaries by signed differences. `differences` selects image, the eight counts to add, and `gained` and `lost`:
 * the highest risk among findings that came and among those that went or changed. Where the highest of all may have gone, it is looked
 * for again. Answers how many images were changed.
 */
export async function applyDifferences(
  transaction: StoreTransaction,
  differences: RawBuilder<unknown>,
): Promise<number> {
  const counts = summaryColumns.slice(0, -1);
  await sql`DROP TABLE IF EXISTS summary_difference`.execute(transaction);
  await sql`CREATE TEMPORARY TABLE summary_difference ON COMMIT DROP AS ${differences}`.execute(transaction);
  const { rows } = await sql<{ image: number }>`
    SELECT image FROM summary_difference AS d JOIN image_summary AS s USING (image)
    WHERE d.lost >= s.risk AND coalesce(d.gained, 0) < s.risk`.execute(transaction);
  const { numAffectedRows } = await sql`UPDATE image_summary AS s
    SET ${sql.join(counts.map((name) => sql`${sql.ref(name)} = s.${sql.ref(name)} + d.${sql.ref(name)}`))},
      risk = greatest(s.risk, d.gained)
    FROM summary_difference AS d WHERE d.image = s.image`.execute(transaction);
  await findHighestRisk(
    transaction,
    rows.map(({ image }) => image),
  );
  return Number(numAffectedRows ?? 0);
}

/** The columns that `applyDifferences` asks for, summed over findings. `sign` is 1 for those that came, -1 for those that went. */
export function differenceColumns(sign: RawBuilder<unknown>): RawBuilder<unknown> {
  const bySeverity = summaryColumns
    .slice(0, 6)
    .map(
      (name, rank) =>
        sql`coalesce(sum(${sign}) FILTER (WHERE severity = ${sql.lit(rank)}), 0)::integer AS ${sql.ref(name)}`,
    );
  return sql`${sql.join(bySeverity)},
    coalesce(sum(${sign}) FILTER (WHERE status = 0), 0)::integer AS fixable,
    coalesce(sum(${sign}) FILTER (WHERE exploited), 0)::integer AS exploited,
    max(risk) FILTER (WHERE ${sign} > 0) AS gained, max(risk) FILTER (WHERE ${sign} < 0) AS lost`;
}

/**
 * Compares every summary with what counting anew gives, and repairs it when asked to. Signed differences should always
 * have led to the same; an answer that is not empty is a fault.
 */
export async function checkSummaries(store: Store, repair: boolean): Promise<readonly SummaryDifference[]> {
  return store.transaction().execute(async (transaction) => {
    if (repair) await closeFence(transaction);
    const isDifferent = sql.join(
      summaryColumns.map((name) => sql`stored.${sql.ref(name)} <> now.${sql.ref(name)}`),
      sql` OR `,
    );
    const { rows } = await sql<{ image: number; stored: object; counted: object }>`
      SELECT stored.image, to_jsonb(stored) - 'image' AS stored, to_jsonb(now) - 'image' AS counted
      FROM image_summary AS stored JOIN (${counted(sql`TRUE`)}) AS now ON now.image = stored.image
      WHERE ${isDifferent} ORDER BY stored.image LIMIT 1000`.execute(transaction);
    if (repair && rows.length > 0)
      await sql`UPDATE image_summary SET ${assignments()} FROM (${counted(sql`TRUE`)}) AS now
        WHERE image_summary.image = now.image`.execute(transaction);
    return rows as unknown as readonly SummaryDifference[];
  });
}

function assignments(): RawBuilder<unknown> {
  return sql.join(summaryColumns.map((name) => sql`${sql.ref(name)} = now.${sql.ref(name)}`));
}

/** Images that lie somewhere and were scanned, each with its counts. */
function counted(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  const bySeverity = summaryColumns
    .slice(0, 6)
    .map((name, rank) => sql`count(*) FILTER (WHERE severity = ${sql.lit(rank)})::integer AS ${sql.ref(name)}`);
  return sql`SELECT image, ${sql.join(bySeverity)},
      count(*) FILTER (WHERE status = 0)::integer AS fixable,
      count(*) FILTER (WHERE severity IS NOT NULL AND flaw.exploited IS NOT NULL)::integer AS exploited,
      coalesce(max(risk), 0)::real AS risk
    FROM (
      SELECT held.image, candidate.severity, candidate.status, candidate.risk, candidate.flaw
      FROM (SELECT image, unnest(components) AS component FROM image_components WHERE ${condition}) AS held
      JOIN candidate ON candidate.component = held.component
      WHERE NOT EXISTS (SELECT FROM excepted WHERE excepted.image = held.image
        AND excepted.component = candidate.component AND excepted.flaw = candidate.flaw)
      UNION ALL SELECT image, NULL, NULL, NULL, NULL FROM image_components WHERE ${condition}
    ) AS finding LEFT JOIN flaw ON flaw.id = finding.flaw GROUP BY image`;
}
