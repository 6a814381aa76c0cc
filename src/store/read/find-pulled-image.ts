import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { mayLie } from '../uploads.ts';
import { imageVisible, type Visibility } from './visibility.ts';

/** The row of an image by its digest, and whether it lies in a registry that it can be pulled from. */
export async function findPulledImage(
  store: Store,
  digest: string,
  visibility: Visibility,
): Promise<{ readonly id: number; readonly placed: boolean } | undefined> {
  const { rows } = await sql<{ id: number; placed: boolean }>`SELECT image.id,
      EXISTS (SELECT FROM placement WHERE placement.image = image.id AND placement.deleted IS NULL AND ${mayLie}) AS placed
    FROM image WHERE digest = ${digest} AND ${imageVisible(visibility, 'image.id')}`.execute(store);
  return rows[0];
}
