import { AppError } from '../lib/errors.ts';
import { readImage, type StoredImage } from '../store/read/stored-image.ts';
import { type Visibility, visibleTo } from '../store/read/visibility.ts';
import type { Store } from '../store/tables.ts';
import type { Role } from './contract/access.ts';
import type { Caller } from './route.ts';
import { holds } from './sign-in/access.ts';

/** What the caller sees of images; with a role, where the caller may act in it. */
export async function visibilityOf(
  store: Store,
  caller: Caller | undefined,
  role: Role = 'reader',
): Promise<Visibility> {
  const grants = (caller?.grants ?? []).filter((grant) => holds(grant.role, role));
  return visibleTo(store, grants);
}

/** The image, or NOT_FOUND: one that is not the caller's to see does not exist for the caller. */
export async function imageFor(
  store: Store,
  caller: Caller | undefined,
  digest: string,
  options?: { readonly gone?: boolean },
): Promise<{ readonly image: StoredImage; readonly visibility: Visibility }> {
  const visibility = await visibilityOf(store, caller);
  const image = await readImage(store, digest, visibility, options);
  if (!image) throw new AppError('NOT_FOUND', `There is no image ${digest}, or you may not see it.`);
  return { image, visibility };
}
