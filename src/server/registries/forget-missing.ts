import { createListing } from '../../images/registry/listing.ts';
import { AppError } from '../../lib/errors.ts';
import { digestsNotAmong, repositoriesNotAmong, tagsNotAmong } from '../../store/not-found-again.ts';
import { removeImages } from '../../store/remove-images.ts';
import type { ServerContext } from '../context.ts';
import type { ConnectedRegistry } from './connect-registry.ts';

/** What a look through one repository found there, from its first page to its last. */
export interface SeenRepository {
  readonly repository: string;
  readonly digests: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

/** Which registry, and when the look through it began: what was pushed since is not missed. */
export interface Look {
  /** Row of `registry`. */
  readonly registry: number;
  readonly connected: ConnectedRegistry;
  readonly began: Date;
}

/**
 * Forgets what was not found any more, and answers the images that went. Many registries list nothing but tags: an image
 * without one is asked for by its digest before it counts as gone, since it may well be running somewhere.
 */
export async function forgetMissing(
  { store, now }: Pick<ServerContext, 'store' | 'now'>,
  look: Look,
  seen: SeenRepository,
): Promise<readonly number[]> {
  const place = { registry: look.registry, repository: seen.repository };
  const at = now();
  const tags = await tagsNotAmong(store, place, seen.tags, look.began);
  if (tags.length > 0) await removeImages(store, { ...place, at }, { tags });
  const gone: string[] = [];
  for (const digest of await digestsNotAmong(store, place, seen.digests, look.began))
    if (await isGone(look.connected, seen.repository, digest)) gone.push(digest);
  if (gone.length === 0) return [];
  return (await removeImages(store, { ...place, at }, { digests: gone })).images;
}

/**
 * The same for repositories that a whole look did not find; `names` are those that it did. What the registry's filters
 * no longer let through is not asked for: nobody wants to know of it any more.
 */
export async function forgetRepositories(
  context: Pick<ServerContext, 'store' | 'now'>,
  look: Look,
  names: ReadonlySet<string>,
  isWanted: (repository: string) => boolean,
): Promise<readonly number[]> {
  const { store, now } = context;
  const images: number[] = [];
  const nothing = { digests: new Set<string>(), tags: new Set<string>() };
  for (const repository of await repositoriesNotAmong(store, look.registry, names, look.began)) {
    const place = { registry: look.registry, repository };
    if (isWanted(repository)) images.push(...(await forgetMissing(context, look, { repository, ...nothing })));
    else {
      const digests = await digestsNotAmong(store, place, nothing.digests, look.began);
      images.push(...(await removeImages(store, { ...place, at: now() }, { digests })).images);
    }
  }
  return images;
}

/** Only a clear answer takes findings away. */
async function isGone({ access, connector }: ConnectedRegistry, repository: string, digest: string): Promise<boolean> {
  const listing = createListing(access, connector.credentials(access), `${repository}@${digest}`, repository);
  try {
    return (await listing.digestOf(repository, digest)) === undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'AUTHENTICATION_FAILED') return false;
    throw error;
  }
}
