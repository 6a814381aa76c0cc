import * as z from 'zod/mini';
import { createListing, noCredentials, passwordFinder } from '../registry/listing.ts';
import { pagesOf } from '../registry/paging.ts';
import type { ImagesQuestion, ListedImage, Page, RegistryAccess, RegistryConnector } from '../registry-connector.ts';

const catalogueShape = z.object({ repositories: z.nullable(z.array(z.string())) });
const tagsShape = z.object({ tags: z.optional(z.nullable(z.array(z.string()))) });
const pageSize = 1000;
/** Each tag costs a request; after so many the place is worth remembering. */
const tagsPerPage = 50;
/** Over a long line, one question after the other would not even reach the pace that is allowed. */
const headsAtOnce = 5;

/** Whatever speaks https://distribution.github.io/distribution/spec/api/ and has nothing of its own. */
export const distribution: RegistryConnector = {
  id: 'distribution',
  title: 'Any registry (OCI distribution)',
  hostExample: 'registry.example.com:5000',
  signIns: ['anonymous', 'password'],
  notifications: {
    senders: ['distribution'],
    howTo:
      'In the registry\'s configuration add an endpoint under "notifications": this address as its url, and the header "Authorization: [Bearer SECRET]".',
  },
  faultOf: (_host, { method }) =>
    method === 'anonymous' || method === 'password' ? undefined : 'It is signed in to by user name and password.',
  credentials: credentialsOf,
  repositories: (access, from) => {
    const what = `repositories of ${access.host}`;
    const listing = createListing(access, credentialsOf(access), `the ${what}`, '');
    return pagesOf(what, from, async (at) => {
      const { value, next } = await listing.get(at ?? `/v2/_catalog?n=${pageSize}`, catalogueShape);
      return { items: value.repositories ?? [], ...(next !== undefined && { next }) };
    });
  },
  images,
};

function credentialsOf({ signIn }: RegistryAccess) {
  return signIn.method === 'password' ? passwordFinder(signIn.username, signIn.password) : noCredentials;
}

/** A cursor is the path of a page of tags and how many of its tags were done with: `/v2/app/tags/list?n=1000#50`. */
async function* images(access: RegistryAccess, question: ImagesQuestion): AsyncGenerator<Page<ListedImage>> {
  const { repository, wantsTag } = question;
  const listing = createListing(access, credentialsOf(access), `the tags of ${access.host}/${repository}`, repository);
  const [firstPath = '', offset = '0'] = (question.from ?? `/v2/${repository}/tags/list?n=${pageSize}`).split('#');
  let skip = Number(offset);
  const lists = pagesOf(`tags of ${repository}`, firstPath, async (at = firstPath) => {
    const { value, next } = await listing.get(at, tagsShape);
    const tags = (value.tags ?? []).filter(wantsTag);
    return { items: tags.map((tag) => ({ tag, page: at })), ...(next !== undefined && { next }) };
  });
  for await (const { items, next } of lists) {
    for (let at = skip; at === skip || at < items.length; at += tagsPerPage) {
      const part = items.slice(at, at + tagsPerPage);
      const listed: ListedImage[] = [];
      for (let from = 0; from < part.length; from += headsAtOnce) {
        const some = part.slice(from, from + headsAtOnce);
        const digests = await Promise.all(some.map(({ tag }) => listing.digestOf(repository, tag)));
        for (const [index, { tag }] of some.entries()) {
          const digest = digests[index];
          if (digest !== undefined) listed.push({ digest, tags: [tag] });
        }
      }
      const done = at + tagsPerPage;
      const goesOn = done < items.length ? `${part[0]?.page}#${done}` : next;
      yield { items: listed, ...(goesOn !== undefined && { next: goesOn }) };
    }
    skip = 0;
  }
}
