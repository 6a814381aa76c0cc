import * as z from 'zod/mini';
import { fetchListed, noCredentials, passwordFinder } from '../registry/listing.ts';
import { pageNumber, pagesAcross, pagesOf, pushedAt } from '../registry/paging.ts';
import type { ListedImage, Page, RegistryAccess, RegistryConnector } from '../registry-connector.ts';

const tokenShape = z.object({ access_token: z.string() });
const repositoriesShape = z.object({
  next: z.optional(z.nullable(z.string())),
  results: z.array(z.object({ name: z.string(), namespace: z.string() })),
});
const tagsShape = z.object({
  next: z.optional(z.nullable(z.string())),
  results: z.array(
    z.object({
      name: z.string(),
      digest: z.optional(z.nullable(z.string())),
      tag_last_pushed: z.optional(z.nullable(z.string())),
      images: z.optional(z.array(z.object({ digest: z.optional(z.nullable(z.string())) }))),
    }),
  ),
});
const api = 'https://hub.docker.com';
const pageSize = 100;

/** https://docs.docker.com/reference/api/hub/latest; an access token is the password. */
export const dockerHub: RegistryConnector = {
  id: 'docker-hub',
  title: 'Docker Hub',
  hostExample: 'docker.io',
  signIns: ['password', 'anonymous'],
  notifications: {
    senders: ['docker-hub'],
    howTo:
      'In each repository under Webhooks add this address followed by a slash and SECRET: Docker Hub can show a secret nowhere else. It tells of pushes only.',
  },
  faultOf: (host, { method }) => {
    if (host !== 'docker.io') return 'Docker Hub is at docker.io; a token for it is sent nowhere else.';
    if (method === 'anonymous' || method === 'password') return undefined;
    return 'Docker Hub is signed in to by a user name and, as the password, an access token.';
  },
  credentials: ({ signIn }) =>
    signIn.method === 'password' ? passwordFinder(signIn.username, signIn.password) : noCredentials,
  repositories,
  images: async function* (access, { repository, from, wantsTag }) {
    const authorization = await signedIn(access);
    const [namespace = '', name = ''] = repository.split('/').map(encodeURIComponent);
    const path = `/v2/namespaces/${namespace}/repositories/${name}/tags`;
    yield* pagesOf(`images of ${repository}`, from, async (at) => {
      const errand = { url: pageUrl(path, at), what: `the tags of ${repository}`, ...authorization };
      const { value } = await fetchListed(access, errand, tagsShape);
      const items = value.results.flatMap((tag): ListedImage[] => {
        const digest = tag.digest ?? (tag.images?.length === 1 ? tag.images[0]?.digest : undefined);
        if (!digest || !wantsTag(tag.name)) return [];
        return [{ digest, tags: [tag.name], ...pushedAt(tag.tag_last_pushed) }];
      });
      return { items, ...(value.next && { next: String(pageNumber(at) + 1) }) };
    });
  },
};

/** Without namespaces, the user's own. */
async function* repositories(access: RegistryAccess, from?: string): AsyncGenerator<Page<string>> {
  const authorization = await signedIn(access);
  const own = access.signIn.method === 'password' ? [access.signIn.username] : [];
  yield* pagesAcross(access.namespaces.length > 0 ? access.namespaces : own, from, (namespace, place) =>
    pagesOf(`repositories of ${namespace}`, place, async (at) => {
      const url = pageUrl(`/v2/namespaces/${encodeURIComponent(namespace)}/repositories`, at);
      const errand = { url, what: `the repositories of ${namespace}`, ...authorization };
      const { value } = await fetchListed(access, errand, repositoriesShape);
      const items = value.results.map((one) => `${one.namespace}/${one.name}`);
      return { items, ...(value.next && { next: String(pageNumber(at) + 1) }) };
    }),
  );
}

function pageUrl(path: string, at: string | undefined): URL {
  return new URL(`${path}?page_size=${pageSize}&page=${pageNumber(at)}`, api);
}

async function signedIn(access: RegistryAccess): Promise<{ readonly authorization?: string }> {
  const { signIn } = access;
  if (signIn.method !== 'password') return {};
  const json = JSON.stringify({ identifier: signIn.username, secret: signIn.password });
  const errand = { url: new URL('/v2/auth/token', api), what: 'a token of Docker Hub', json };
  const { value } = await fetchListed(access, errand, tokenShape);
  return { authorization: `Bearer ${value.access_token}` };
}
