import * as z from 'zod/mini';
import { AppError } from '../../lib/errors.ts';
import { fetchListed, noCredentials, passwordFinder } from '../registry/listing.ts';
import { numbered, pageNumber, pagesAcross, pagesOf, pushedAt } from '../registry/paging.ts';
import type { ListedImage, Page, RegistryAccess, RegistryConnector } from '../registry-connector.ts';

const packagesShape = z.array(z.object({ name: z.string(), owner: z.object({ login: z.string() }) }));
const versionsShape = z.array(
  z.object({
    name: z.string(),
    updated_at: z.optional(z.string()),
    metadata: z.optional(z.object({ container: z.optional(z.object({ tags: z.array(z.string()) })) })),
  }),
);
const ownerShape = z.object({ type: z.string() });
const api = 'https://api.github.com';
const pageSize = 100;

/** https://docs.github.com/en/rest/packages/packages; a token with the right `read:packages` signs in to both APIs. */
export const ghcr: RegistryConnector = {
  id: 'ghcr',
  title: 'GitHub Container Registry',
  hostExample: 'ghcr.io',
  signIns: ['password', 'anonymous'],
  notifications: {
    senders: ['github'],
    howTo:
      'In the organisation\'s settings under Webhooks add one with this address, content type application/json, SECRET as its secret, and the events "Packages" and "Registry packages". GitHub tells of new versions only; deleted ones are noticed when the registry is looked through.',
  },
  faultOf: (host, { method }) => {
    if (host !== 'ghcr.io') return 'The GitHub Container Registry is at ghcr.io; a token for it is sent nowhere else.';
    if (method === 'anonymous' || method === 'password') return undefined;
    return 'GitHub is signed in to by a user name and, as the password, a token with the right read:packages.';
  },
  credentials: ({ signIn }) =>
    signIn.method === 'password' ? passwordFinder(signIn.username, signIn.password) : noCredentials,
  repositories: (access, from) =>
    pagesAcross(access.namespaces.length > 0 ? access.namespaces : [''], from, (owner, place) =>
      packagesOf(access, owner, place),
    ),
  images: async function* (access, { repository, from, wantsTag }) {
    const [owner = '', ...rest] = repository.split('/');
    const path = `${await ownerPath(access, owner)}/packages/container/${encodeURIComponent(rest.join('/'))}/versions?`;
    yield* pagesOf(`images of ${repository}`, from, async (at) => {
      const read = await fetchPage(access, path, at, versionsShape);
      const items = read.items.map(({ name, updated_at, metadata }): ListedImage => {
        const tags = metadata?.container?.tags ?? [];
        return { digest: name, tags: tags.filter(wantsTag), ...pushedAt(updated_at) };
      });
      return { ...read, items };
    });
  },
};

/** Without an owner, those packages that are the token's user's own. */
async function* packagesOf(access: RegistryAccess, owner: string, from?: string): AsyncGenerator<Page<string>> {
  const path = `${owner === '' ? '/user' : await ownerPath(access, owner)}/packages?package_type=container&`;
  yield* pagesOf(`packages of ${owner}`, from, async (at) => {
    const read = await fetchPage(access, path, at, packagesShape);
    return { ...read, items: read.items.map(({ name, owner: { login } }) => `${login.toLowerCase()}/${name}`) };
  });
}

/** Users and organisations keep their packages under different paths. */
async function ownerPath(access: RegistryAccess, owner: string): Promise<string> {
  const name = encodeURIComponent(owner);
  const errand = { url: new URL(`/users/${name}`, api), what: `the owner ${owner}`, ...headersOf(access) };
  const { value } = await fetchListed(access, errand, ownerShape);
  return value.type === 'Organization' ? `/orgs/${name}` : `/users/${name}`;
}

async function fetchPage<T>(
  access: RegistryAccess,
  path: string,
  at: string | undefined,
  shape: z.ZodMiniType<readonly T[]>,
): Promise<Page<T>> {
  const url = new URL(`${path}per_page=${pageSize}&page=${pageNumber(at)}`, api);
  const { value } = await fetchListed(
    access,
    { url, what: `the packages at ${url.host}`, ...headersOf(access) },
    shape,
  );
  return numbered(value, at, pageSize);
}

function headersOf({ signIn }: RegistryAccess) {
  if (signIn.method !== 'password') {
    const message = 'GitHub lists packages only for who signs in. Enter a token, or the repositories by name.';
    throw new AppError('AUTHENTICATION_FAILED', message);
  }
  const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
  return { headers, authorization: `Bearer ${signIn.password}` };
}
