import * as z from 'zod';
import { isRepository, isTag } from '../../images/registry/reference.ts';
import type {
  ImagesQuestion,
  ListedImage,
  Page,
  RegistryAccess,
  RegistryConnector,
} from '../../images/registry-connector.ts';
import { isDigest } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';
import { matchesGlob } from '../../lib/glob.ts';
import type { RegistryTarget } from './registry-target.ts';

/** Where a look through a registry goes on; stored in `registry.crawl_state`. */
export const discoveryCursor = z.object({
  /** Page of the catalogue; absent for its first. */
  catalogue: z.string().max(4_000).optional(),
  /** Last repository of that page that was done with. */
  after: z.string().max(1_000).optional(),
  /** Page of images of the repository after that. */
  images: z.string().max(4_000).optional(),
});

export type DiscoveryCursor = z.infer<typeof discoveryCursor>;

export interface DiscoveryStep {
  readonly repository: string;
  /** Images of this page that the filters let through; may be none. */
  readonly images: readonly ListedImage[];
  /** The last page of this repository. */
  readonly last: boolean;
  /** The repository was listed from its first page: with `last`, an image that no page had is gone. */
  readonly whole: boolean;
  /** Set when this repository could not be listed (to its end); the others are. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** Where to go on after this step; store it once the step's images are stored. */
  readonly cursor: DiscoveryCursor;
}

export type Filters = Pick<RegistryTarget, 'include' | 'exclude' | 'tags' | 'repositories'>;

const maxRepositories = 1_000_000;

/** Looks through a registry, a page at a time, as far as its filters let through. */
export async function* discover(
  connector: RegistryConnector,
  access: RegistryAccess,
  filters: Filters,
  cursor: DiscoveryCursor = {},
): AsyncGenerator<DiscoveryStep> {
  const wantsTag = (tag: string) => isTag(tag) && matchesAny(filters.tags, tag);
  let { catalogue, after, images } = cursor;
  let count = 0;
  for await (const { items, next } of repositoriesOf(connector, access, filters.repositories, catalogue)) {
    const start = after === undefined ? 0 : items.indexOf(after) + 1;
    for (const repository of items.slice(start)) {
      if (++count > maxRepositories) {
        throw new AppError('LIMIT_EXCEEDED', `${access.host} lists more than ${maxRepositories} repositories.`);
      }
      if (!wantsRepository(filters, repository)) continue;
      const place = { ...(catalogue !== undefined && { catalogue }), ...(after !== undefined && { after }) };
      const whole = images === undefined;
      for await (const { items: listed, next: more, failure } of imagesOf(connector, access, {
        ...{ repository, from: images, wantsTag },
      })) {
        yield {
          repository,
          images: listed.filter((image) => isWanted(image, filters)),
          last: more === undefined,
          whole: whole && !failure,
          ...(failure && { failure }),
          cursor: more === undefined ? { ...place, after: repository } : { ...place, images: more },
        };
      }
      images = undefined;
      after = repository;
    }
    images = undefined;
    after = undefined;
    catalogue = next;
  }
}

/** Names of repositories that could name anything else are no names; what asks for them would be led elsewhere. */
export function wantsRepository(
  { include, exclude }: Pick<Filters, 'include' | 'exclude'>,
  repository: string,
): boolean {
  if (!isRepository(repository) || !matchesAny(include, repository)) return false;
  return !exclude.some((glob) => matchesGlob(glob, repository));
}

/** Whether a look through the registry looks at this repository. */
export function looksAt(filters: Filters, repository: string): boolean {
  const { repositories } = filters;
  return wantsRepository(filters, repository) && (repositories.length === 0 || repositories.includes(repository));
}

/** An image without tags is wanted where no tags are asked for. */
export function isWanted({ digest, tags }: ListedImage, filters: Pick<Filters, 'tags'>): boolean {
  return isDigest(digest) && (filters.tags.length === 0 || tags.some((tag) => matchesAny(filters.tags, tag)));
}

function matchesAny(globs: readonly string[], text: string): boolean {
  return globs.length === 0 || globs.some((glob) => matchesGlob(glob, text));
}

interface ImagesPage extends Page<ListedImage> {
  readonly failure?: { readonly code: string; readonly message: string };
}

/** A repository that is not there has no images; one that we may not read does not keep us from the others. */
async function* imagesOf(
  connector: RegistryConnector,
  access: RegistryAccess,
  question: ImagesQuestion,
): AsyncGenerator<ImagesPage> {
  try {
    yield* connector.images(access, question);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    if (code === 'NOT_FOUND' && question.from === undefined) yield { items: [] };
    else if (code === 'NOT_FOUND' || code === 'AUTHENTICATION_FAILED') yield { items: [], failure: { code, message } };
    else throw error;
  }
}

async function* repositoriesOf(
  connector: RegistryConnector,
  access: RegistryAccess,
  names: readonly string[],
  from: string | undefined,
): AsyncGenerator<Page<string>> {
  if (names.length > 0) {
    yield { items: names };
    return;
  }
  if (!connector.repositories) {
    const message = `${connector.title} has no list of its repositories. Enter them by name.`;
    throw new AppError('REQUEST_INVALID', message);
  }
  try {
    yield* connector.repositories(access, from);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'NOT_FOUND' || from !== undefined) throw cause;
    const message = `${access.host} has no list of its repositories. Enter them by name. (${cause.message})`;
    throw new AppError('NOT_FOUND', message, { cause });
  }
}
