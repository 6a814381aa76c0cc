import { sql } from 'kysely';
import type { Store } from './tables.ts';

export interface JudgedRelease {
  readonly release: string;
  /** Null when nothing is known of it. */
  readonly isOver: boolean | null;
  /** When it is, advisories go on that are not at hand: a problem of its images. */
  readonly lacksData: boolean;
}

/** Releases of the systems of all images. */
export async function readReleases(store: Store): Promise<readonly string[]> {
  const { rows } = await sql<{ release: string }>`SELECT DISTINCT release FROM image
    WHERE release IS NOT NULL AND os IS NOT NULL ORDER BY release`.execute(store);
  return rows.map(({ release }) => release);
}

/** In a statement: whoever waits for one of its images does not wait long. */
const imagesAtOnce = 2_000;

/**
 * Says of images whose system is past its end of life what a scan would say now, and of the others that they are not. An
 * image that is being written just now is left to the next time.
 */
export async function judgeReleases(store: Store, judged: readonly JudgedRelease[]): Promise<number> {
  const releases = judged.map(({ release }) => release);
  const over = judged.map(({ isOver }) => isOver);
  const lacking = judged.map(({ lacksData }) => lacksData);
  for (let images = 0; ; ) {
    const { numAffectedRows } = await sql`
      UPDATE image SET end_of_life = judged.is_over,
        problems = greatest(0, problems + (lacks_data AND judged.is_over)::int - (lacks_data AND coalesce(end_of_life, false))::int)
      FROM (
        SELECT id, is_over, lacks_data FROM image
        JOIN unnest(${releases}::text[], ${over}::boolean[], ${lacking}::boolean[]) AS j (release, is_over, lacks_data) USING (release)
        WHERE os IS NOT NULL AND end_of_life IS DISTINCT FROM is_over
        LIMIT ${imagesAtOnce} FOR NO KEY UPDATE OF image SKIP LOCKED
      ) AS judged WHERE image.id = judged.id`.execute(store);
    const changed = Number(numAffectedRows ?? 0n);
    images += changed;
    if (changed < imagesAtOnce) return images;
  }
}
