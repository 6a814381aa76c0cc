import { sql } from 'kysely';
import { ensureRepository } from './repositories.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** What it was called before is still what it is called in its registry. */
const wordsKeepingName = sql<string>`CASE WHEN image.name = excluded.name OR position(image.name IN image.words) > 0
  THEN image.words ELSE image.words || ' ' || image.name END`;

const byUpload = ' (upload)';

/** Who scanned an image that a build pipeline sent: that stands until a registry has the image, and the server looks itself. */
export function uploadedBy(scanner: string): string {
  return `${scanner}${byUpload}`;
}

export function isUploaded(scanner: string | null): boolean {
  return scanner?.endsWith(byUpload) === true;
}

export interface UploadedImage {
  readonly digest: string;
  readonly name: string;
  readonly at: Date;
  /** Row of `registry`, and the repository in it, that the name is of. */
  readonly place?: { readonly registry: number; readonly repository: string };
}

/**
 * The row of an image that no registry told of; answers its id. Who may see the place that it was uploaded for may see it,
 * unless a registry ever had it: then that says who does, and an upload shows it to nobody else.
 */
export async function putUploadedImage(store: Store, { place, ...image }: UploadedImage): Promise<number> {
  return store.transaction().execute(async (transaction) => {
    const repository = place && (await ensureRepository(transaction, { ...place, at: image.at, cause: 'upload' }));
    const id = await putImage(transaction, image);
    if (repository !== undefined)
      await sql`INSERT INTO placement (repository, image, first_seen, uploaded)
        SELECT ${repository}::integer, ${id}::integer, ${image.at}::timestamptz, ${image.name}::text
        WHERE NOT EXISTS (SELECT FROM placement AS told WHERE told.image = ${id} AND told.uploaded IS NULL)
        ON CONFLICT (repository, image) DO UPDATE SET uploaded = excluded.uploaded`.execute(transaction);
    return id;
  });
}

/**
 * Of a placement and its image: a registry told of it, or has it by this digest if the upload is right. What an upload
 * knows by its configuration alone, no registry has nor misses.
 */
export const mayLie = sql<boolean>`(placement.uploaded IS NULL OR image.manifest_digest = image.digest)`;

/** What a registry tells of images ends what uploads said of where else they belong. */
export async function forgetUploadedPlaces(
  transaction: StoreTransaction,
  images: readonly number[],
  repository: number,
): Promise<void> {
  if (images.length === 0) return;
  await sql`WITH gone AS (DELETE FROM placement WHERE image = ANY(${images}::integer[])
      AND uploaded IS NOT NULL AND repository <> ${repository} RETURNING repository, image)
    DELETE FROM tag USING gone WHERE tag.repository = gone.repository AND tag.image = gone.image`.execute(transaction);
}

/** The row stays locked, so that a registry that tells of the image at this moment has the last word. */
async function putImage(
  transaction: StoreTransaction,
  { digest, name, at }: Omit<UploadedImage, 'place'>,
): Promise<number> {
  const { id } = await transaction
    .insertInto('image')
    .values({ digest, name, first_seen: at })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ name, words: wordsKeepingName }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
