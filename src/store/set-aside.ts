import { sql } from 'kysely';
import type { Store, StoreTransaction } from './tables.ts';

/** What is kept of components to judge them again, by their keys. */
export async function factsOf(
  store: Store,
  keys: readonly Buffer[],
): Promise<readonly { readonly id: number; readonly facts: Buffer }[]> {
  const { rows } = await sql<{
    id: number;
    facts: Buffer;
  }>`SELECT id, facts FROM component WHERE key = ANY(${keys}::bytea[])`.execute(store);
  return rows;
}

/**
 * Sets components aside of which nothing can be read any more: the next scan that meets one of these packages adds it
 * anew. What was found in them stands until then; images that have them say that they must be scanned again. Answers how
 * many of the components an image still has.
 */
export async function setAside(
  transaction: StoreTransaction,
  components: readonly number[],
  failure: { readonly code: string; readonly message: string },
  at: Date,
): Promise<number> {
  if (components.length === 0) return 0;
  await sql`UPDATE component SET key = substr(sha256(convert_to('set aside ' || id, 'UTF8')), 1, 16)
    WHERE id = ANY(${components}::integer[])`.execute(transaction);
  await sql`WITH marked AS (
      UPDATE image SET state = 'failed', failure = ${JSON.stringify(failure)}::jsonb
      WHERE state = 'scanned' AND id IN (SELECT image FROM image_components WHERE components && ${components}::integer[])
      RETURNING id)
    INSERT INTO image_event (image, at, cause, change, detail)
    SELECT id, ${at}::timestamptz, 'scan', 'failed', ${failure.message}::text FROM marked`.execute(transaction);
  const { rows } = await sql<{
    held: number;
  }>`SELECT count(*)::integer AS held FROM unnest(${components}::integer[]) AS c
    WHERE EXISTS (SELECT FROM image_components WHERE components @> ARRAY[c])`.execute(transaction);
  return rows[0]?.held ?? 0;
}
