import type { Store } from './tables.ts';

/** The row of an image that no registry told of; answers its id. */
export async function putUploadedImage(
  store: Store,
  { digest, name, at }: { readonly digest: string; readonly name: string; readonly at: Date },
): Promise<number> {
  const { id } = await store
    .insertInto('image')
    .values({ digest, name, first_seen: at })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ name }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
