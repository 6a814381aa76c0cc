import * as z from 'zod/mini';
import { fetchListed, noCredentials, passwordFinder, registryBase } from '../registry/listing.ts';
import { numbered, pageNumber, pagesAcross, pagesOf, pushedAt } from '../registry/paging.ts';
import type { ListedImage, Page, RegistryAccess, RegistryConnector } from '../registry-connector.ts';

const namedShape = z.array(z.object({ name: z.string() }));
const artifactsShape = z.array(
  z.object({
    digest: z.string(),
    push_time: z.optional(z.string()),
    tags: z.optional(z.nullable(z.array(z.object({ name: z.string() })))),
  }),
);
const pageSize = 100;

/** https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml; robot accounts are users whose name begins with `robot$`. */
export const harbor: RegistryConnector = {
  id: 'harbor',
  title: 'Harbor',
  hostExample: 'harbor.example.com',
  signIns: ['password', 'anonymous'],
  notifications: {
    senders: ['harbor'],
    howTo:
      'In each project under Webhooks add one of type http with this address, the payload format of your choice and "Bearer SECRET" as its Auth Header; choose the events artifact pushed and artifact deleted; what replication brings is pushed, too.',
  },
  faultOf: (_host, { method }) =>
    method === 'anonymous' || method === 'password'
      ? undefined
      : 'Harbor is signed in to by a robot account or a user, with name and secret.',
  credentials: ({ signIn }) =>
    signIn.method === 'password' ? passwordFinder(signIn.username, signIn.password) : noCredentials,
  repositories,
  images: (access, { repository, from, wantsTag }) => {
    const slash = repository.indexOf('/');
    const project = encodeURIComponent(repository.slice(0, slash));
    // The name is encoded twice: proxies before Harbor decode it once.
    const name = encodeURIComponent(encodeURIComponent(repository.slice(slash + 1)));
    const path = `/api/v2.0/projects/${project}/repositories/${name}/artifacts?with_tag=true`;
    return pagesOf(`images of ${repository}`, from, async (at) => {
      const read = await fetchPage(access, path, at, artifactsShape);
      return { ...read, items: read.items.map((artifact) => listed(artifact, wantsTag)) };
    });
  },
};

type Artifact = z.infer<typeof artifactsShape>[number];

function listed({ digest, push_time, tags }: Artifact, wantsTag: (tag: string) => boolean): ListedImage {
  const names = (tags ?? []).map(({ name }) => name).filter(wantsTag);
  return { digest, tags: names, ...pushedAt(push_time) };
}

/** A cursor is a page of projects, a project of it and a page of its repositories: `2|library:1`. */
async function* repositories(access: RegistryAccess, from?: string): AsyncGenerator<Page<string>> {
  const [projectPage, inside] = from?.split('|') ?? [];
  let within = inside;
  let at = projectPage ?? '1';
  for await (const projects of projectsOf(access, projectPage)) {
    const lists = pagesAcross(projects.items, within, (project, place) =>
      pagesOf(`repositories of ${project}`, place, (page) => {
        return fetchPage(access, `/api/v2.0/projects/${encodeURIComponent(project)}/repositories?`, page, namedShape);
      }),
    );
    for await (const { items, next } of lists) {
      const goesOn = next === undefined ? projects.next && `${projects.next}|` : `${at}|${next}`;
      yield { items: items.map(({ name }) => name), ...(goesOn !== undefined && { next: goesOn }) };
    }
    within = undefined;
    at = projects.next ?? at;
  }
}

async function* projectsOf(access: RegistryAccess, from: string | undefined): AsyncGenerator<Page<string>> {
  if (access.namespaces.length > 0) {
    yield { items: access.namespaces };
    return;
  }
  yield* pagesOf(`projects of ${access.host}`, from, async (at) => {
    const page = await fetchPage(access, '/api/v2.0/projects?', at, namedShape);
    return { ...page, items: page.items.map(({ name }) => name) };
  });
}

async function fetchPage<T>(
  access: RegistryAccess,
  path: string,
  at: string | undefined,
  shape: z.ZodMiniType<readonly T[]>,
): Promise<Page<T>> {
  const query = `${path.endsWith('?') ? '' : '&'}page=${pageNumber(at)}&page_size=${pageSize}`;
  const url = new URL(path + query, registryBase(access));
  const { value } = await fetchListed(access, { url, what: `a list of ${access.host}`, ...basicOf(access) }, shape);
  return numbered(value, at, pageSize);
}

function basicOf({ signIn }: RegistryAccess): { readonly authorization?: string } {
  if (signIn.method !== 'password') return {};
  return { authorization: `Basic ${Buffer.from(`${signIn.username}:${signIn.password}`).toString('base64')}` };
}
