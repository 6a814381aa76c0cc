import { sql } from 'kysely';
import type { Store } from './tables.ts';
import { endTags } from './tags.ts';
import { mayLie } from './uploads.ts';

export interface RemovedImages {
  /** Rows of images that lie at this place no longer. */
  readonly images: readonly number[];
}

/**
 * Writes down that a registry no longer has an image, or, with `tags`, that those tags are gone from it; what was pushed
 * after `at` stays. Follow it with `settlePlacements`, which takes findings away where that was the last place.
 */
export async function removeImages(
  store: Store,
  place: { readonly registry: number; readonly repository: string; readonly at: Date },
  gone: { readonly digests: readonly string[] } | { readonly tags: readonly string[] },
): Promise<RemovedImages> {
  return store.transaction().execute(async (transaction) => {
    const found = await transaction
      .selectFrom('repository')
      .select('id')
      .where('registry', '=', place.registry)
      .where('name', '=', place.repository)
      .forUpdate()
      .executeTakeFirst();
    if (!found) return { images: [] };
    if ('tags' in gone) {
      await endTags(transaction, found.id, place.at, sql`name = ANY(${[...gone.tags]}::text[])`);
      return { images: [] };
    }
    const { rows } = await sql<{ image: number }>`UPDATE placement SET deleted = ${place.at} FROM image
      WHERE image.id = placement.image AND repository = ${found.id} AND deleted IS NULL AND ${mayLie}
        AND (placement.pushed IS NULL OR placement.pushed <= ${place.at})
        AND image.digest = ANY(${[...gone.digests]}::text[]) RETURNING placement.image`.execute(transaction);
    const images = rows.map(({ image }) => image);
    if (images.length > 0) {
      await endTags(transaction, found.id, place.at, sql`image = ANY(${images}::integer[])`);
      await sql`INSERT INTO image_event (image, at, cause, change, detail)
        SELECT unnest(${images}::integer[]), ${place.at}::timestamptz, 'deleted', 'deleted', ${place.repository}::text`.execute(
        transaction,
      );
    }
    return { images };
  });
}
