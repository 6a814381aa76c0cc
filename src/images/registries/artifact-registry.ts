import * as z from 'zod/mini';
import { fetchListed } from '../registry/listing.ts';
import { pagesAcross, pagesOf, pushedAt } from '../registry/paging.ts';
import type { ListedImage, Page, RegistryAccess, RegistryConnector } from '../registry-connector.ts';
import { googleAccess, tokenFinder } from './artifact-registry/google-access.ts';

const next = { nextPageToken: z.optional(z.string()) };
const repositoriesShape = z.object({
  repositories: z.optional(z.array(z.object({ name: z.string(), format: z.optional(z.string()) }))),
  ...next,
});
const packagesShape = z.object({ packages: z.optional(z.array(z.object({ name: z.string() }))), ...next });
const versionsShape = z.object({
  versions: z.optional(
    z.array(
      z.object({
        name: z.string(),
        createTime: z.optional(z.string()),
        relatedTags: z.optional(z.array(z.object({ name: z.string() }))),
      }),
    ),
  ),
  ...next,
});
const api = 'https://artifactregistry.googleapis.com/v1/';

/** Google Artifact Registry (https://cloud.google.com/artifact-registry/docs/reference/rest); a repository is `project/repository/image`. */
export const artifactRegistry: RegistryConnector = {
  id: 'artifact-registry',
  title: 'Google Artifact Registry',
  hostExample: 'europe-west1-docker.pkg.dev',
  signIns: ['google'],
  notifications: {
    senders: ['pub-sub'],
    howTo:
      'Make a Pub/Sub topic named gcr in the project, and a push subscription of it to this address followed by a slash and SECRET.',
  },
  faultOf: (host, { method }) => {
    if (!locationOf(host))
      return 'An Artifact Registry is at a host like europe-west1-docker.pkg.dev; Google’s tokens are sent nowhere else.';
    return method === 'google'
      ? undefined
      : 'Google is signed in to by a service account, by its key or as that of this machine.';
  },
  credentials: tokenFinder,
  repositories,
  images: (access, { repository, from, wantsTag }) => {
    const [project = '', folder = '', ...image] = repository.split('/');
    const name = encodeURIComponent(image.join('/'));
    const path = `projects/${project}/locations/${locationOf(access.host)}/repositories/${folder}/packages/${name}/versions?view=FULL&`;
    return pagesOf(`images of ${repository}`, from, async (at) => {
      const answer = await fetchPage(access, path, at, versionsShape);
      const items = (answer.versions ?? []).map((version): ListedImage => {
        const tags = (version.relatedTags ?? []).map((tag) => lastPart(tag.name)).filter(wantsTag);
        return { digest: lastPart(version.name), tags, ...pushedAt(version.createTime) };
      });
      return { items, ...(answer.nextPageToken && { next: answer.nextPageToken }) };
    });
  },
};

/** Projects, their repositories for images, and the images in them: `project:repository:token`. */
async function* repositories(access: RegistryAccess, from?: string): AsyncGenerator<Page<string>> {
  const location = locationOf(access.host);
  const projects = access.namespaces.length > 0 ? access.namespaces : [(await googleAccess(access)).project];
  yield* pagesAcross(projects, from, async function* (project, place) {
    const parent = `projects/${encodeURIComponent(project)}/locations/${location}/repositories`;
    const folders: string[] = [];
    for await (const { items } of foldersOf(access, parent)) folders.push(...items);
    yield* pagesAcross(folders, place, (folder, token) =>
      pagesOf(`images of ${project}/${folder}`, token, async (at) => {
        const answer = await fetchPage(access, `${parent}/${folder}/packages?`, at, packagesShape);
        const items = (answer.packages ?? []).map(
          ({ name }) => `${project}/${folder}/${decodeURIComponent(lastPart(name))}`,
        );
        return { items, ...(answer.nextPageToken && { next: answer.nextPageToken }) };
      }),
    );
  });
}

function foldersOf(access: RegistryAccess, parent: string): AsyncGenerator<Page<string>> {
  return pagesOf(`repositories of ${access.host}`, undefined, async (at) => {
    const answer = await fetchPage(access, `${parent}?`, at, repositoriesShape);
    const docker = (answer.repositories ?? []).filter(({ format }) => format === 'DOCKER');
    return {
      items: docker.map(({ name }) => lastPart(name)),
      ...(answer.nextPageToken && { next: answer.nextPageToken }),
    };
  });
}

async function fetchPage<T>(
  access: RegistryAccess,
  path: string,
  at: string | undefined,
  shape: z.ZodMiniType<T>,
): Promise<T> {
  const { token } = await googleAccess(access);
  const url = new URL(`${path}pageSize=500${at === undefined ? '' : `&pageToken=${encodeURIComponent(at)}`}`, api);
  const errand = { url, what: `a list of ${access.host}`, authorization: `Bearer ${token}` };
  return (await fetchListed(access, errand, shape)).value;
}

function locationOf(host: string): string | undefined {
  return /^([a-z0-9-]{2,40})-docker\.pkg\.dev$/.exec(host)?.[1];
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
