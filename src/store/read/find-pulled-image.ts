import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { imageVisible, type Visibility } from './visibility.ts';

/** The row of an image by its digest, and whether it lies in a registry that it can be pulled from. */
export async function findPulledImage(
  store: Store,
  digest: string,
  visibility: Visibility,
): Promise<{ readonly id: number; readonly placed: boolean } | undefined> {
  const { rows } = await sql<{ id: number; placed: boolean }>`SELECT i.id,
      EXISTS (SELECT FROM placement WHERE placement.image = i.id
        AND placement.deleted IS NULL AND placement.uploaded IS NULL) AS placed
    FROM image AS i WHERE i.digest = ${digest} AND ${imageVisible(visibility, 'i.id')}`.execute(store);
  return rows[0];
}
