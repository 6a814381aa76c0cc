import { sql } from 'kysely';
import type { Store } from './tables.ts';

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

/** The row of an image that no registry told of; answers its id. */
export async function putUploadedImage(
  store: Store,
  { digest, name, at }: { readonly digest: string; readonly name: string; readonly at: Date },
): Promise<number> {
  const { id } = await store
    .insertInto('image')
    .values({ digest, name, first_seen: at })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ name, words: wordsKeepingName }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
