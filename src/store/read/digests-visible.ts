import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { imageVisible, type Visibility } from './visibility.ts';

/** Those of the digests whose images may be seen. */
export async function digestsVisible(
  store: Store,
  visibility: Visibility,
  digests: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ digest: string }>`
    SELECT image.digest FROM image
    WHERE image.digest = ANY(${digests}::text[]) AND ${imageVisible(visibility, 'image.id')}`.execute(store);
  return new Set(rows.map(({ digest }) => digest));
}
