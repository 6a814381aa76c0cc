import { sql } from 'kysely';
import type { StoreTransaction } from '../tables.ts';
import { movesKept } from './read-estate.ts';

/**
 * How many findings advisories brought to the images of a reach and took from them, by when. After `keepComponents`,
 * which tells how many images have each component.
 */
export async function writeMoved(transaction: StoreTransaction, reach: number): Promise<void> {
  const kept = sql`now() - ${movesKept}`;
  await sql`WITH move AS (
      SELECT component, since AS at, 1 AS came, 0 AS went FROM candidate WHERE cause = 'advisory' AND since >= ${kept}
      UNION ALL SELECT component, until, 0, 1 FROM candidate_past WHERE cause = 'advisory' AND until >= ${kept}),
    moved AS (SELECT at, sum(came * images)::int AS appeared, sum(went * images)::int AS went
      FROM move JOIN counted_component AS held ON held.component = move.component GROUP BY at)
    UPDATE reach SET moved_since = ${kept},
      moved = coalesce((SELECT jsonb_agg(jsonb_build_array(at, appeared, went)) FROM moved), '[]')
    WHERE id = ${reach}`.execute(transaction);
}
