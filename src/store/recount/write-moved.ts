import { type RawBuilder, sql } from 'kysely';
import type { StoreTransaction } from '../tables.ts';

/** Who asks about longer ago waits until it is counted. */
const keptDays = 31;

/**
 * How many findings advisories brought to the images of a reach and took from them, by when. After `keepComponents`,
 * which tells how many images have each component with flaws; those whose last flaw went are counted here.
 */
export async function writeMoved(
  transaction: StoreTransaction,
  reach: number,
  images: RawBuilder<number>,
): Promise<void> {
  const kept = sql`now() - ${keptDays} * interval '1 day'`;
  await sql`WITH move AS (
      SELECT component, since AS at, 1 AS came, 0 AS went FROM candidate WHERE cause = 'advisory' AND since >= ${kept}
      UNION ALL SELECT component, until, 0, 1 FROM candidate_past WHERE cause = 'advisory' AND until >= ${kept}),
    flawless AS (SELECT component FROM move EXCEPT SELECT component FROM candidate),
    held AS (
      SELECT component, images FROM counted_component
      UNION ALL SELECT part, count(*) FROM image_components CROSS JOIN unnest(components) AS part
        WHERE components && (SELECT array_agg(component) FROM flawless) AND part IN (SELECT component FROM flawless)
          AND image IN (${images}) GROUP BY 1),
    moved AS (SELECT at, sum(came * images)::int AS appeared, sum(went * images)::int AS went
      FROM move JOIN held ON held.component = move.component GROUP BY at)
    UPDATE reach SET moved_since = ${kept},
      moved = coalesce((SELECT jsonb_agg(jsonb_build_array(at, appeared, went)) FROM moved), '[]')
    WHERE id = ${reach}`.execute(transaction);
}
