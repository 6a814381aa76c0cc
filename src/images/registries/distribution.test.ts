import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { serverFor } from '../registry/testing/open-for-test.ts';
import { createTransport } from '../registry/transport.ts';
import type { SignIn } from '../registry-connector.ts';
import { distribution } from './distribution.ts';
import {
  allImages,
  allRepositories,
  assertResumable,
  imagesOf,
  json,
  numberedDigest,
  type Pretender,
  repositoriesOf,
} from './testing/mapped-access.ts';

const repositories = Array.from({ length: 7 }, (_, index) => `team/app${index}`);
const tags = Array.from({ length: 120 }, (_, index) => `v${String(index).padStart(3, '0')}`);

/** The lists of the specification, in pages of three and of seventy, by relative links. */
const lists: Pretender = ({ method, path, headers }, response) => {
  const url = new URL(path, 'http://registry');
  const page = (items: readonly string[], size: number, name: string) => {
    const start = items.indexOf(url.searchParams.get('last') ?? '') + 1;
    const shown = items.slice(start, start + size);
    const more = start + size < items.length;
    const link = `<${url.pathname}?n=${size}&last=${shown.at(-1)}>; rel="next"`;
    json(response, 200, { name: 'x', [name]: shown }, more ? { link } : {});
  };
  if (url.pathname === '/v2/_catalog') return page(repositories, 3, 'repositories');
  if (url.pathname === '/v2/team/app1/tags/list') return page(tags, 70, 'tags');
  if (url.pathname === '/v2/team/app2/tags/list') return json(response, 200, { name: 'team/app2', tags: null });
  const [, tag = ''] = /^\/v2\/team\/app1\/manifests\/([^/]+)$/.exec(url.pathname) ?? [];
  const index = tags.indexOf(tag);
  if (method !== 'HEAD' || index < 0 || tag === 'v007')
    return json(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] });
  if (!headers.accept?.includes('image.index.v1')) return json(response, 406, {});
  response.writeHead(200, { 'docker-content-digest': numberedDigest(index), 'content-length': '500' }).end();
};

async function open(t: TestContext, handle: Pretender = lists, signIn: SignIn = { method: 'anonymous' }) {
  let requests = 0;
  const host = await serverFor(t, (request, response) => {
    requests++;
    handle(request, response);
  });
  const transport = await createTransport({ plainHttp: true, timeoutMs: 5_000, retries: 0, environment: {} });
  t.after(transport.close);
  const access = { host, signIn, namespaces: [], plainHttp: true, timeoutMs: 5_000, transport, cloudFetch: fetch };
  return { access, host, requests: () => requests };
}

test('repositories are listed through all pages, and from each of them on', async (t) => {
  const { access } = await open(t);
  await assertResumable(repositoriesOf(distribution, access), repositories);
});

test('tags become digests, in parts that one can go on from; a tag that went meanwhile is left out', async (t) => {
  const { access } = await open(t);
  const expected = tags.flatMap((tag, index) =>
    tag === 'v007' ? [] : [{ digest: numberedDigest(index), tags: [tag] }],
  );
  const { parts } = await assertResumable(imagesOf(distribution, access, 'team/app1'), expected);
  assert.ok(parts > 2);
});

test('tags that nobody wants cost no request', async (t) => {
  const { access, requests } = await open(t);
  const images = await allImages(distribution, access, 'team/app1', (tag) => tag === 'v119');
  assert.deepEqual(images, [{ digest: numberedDigest(119), tags: ['v119'] }]);
  assert.equal(requests(), 3);
});

test('a repository without tags is empty, one that is unknown is told', async (t) => {
  const { access } = await open(t);
  assert.deepEqual(await allImages(distribution, access, 'team/app2'), []);
  await assert.rejects(allImages(distribution, access, 'team/none'), { code: 'NOT_FOUND' });
});

const strange: readonly [what: string, handle: Pretender, message: RegExp][] = [
  [
    'leads in circles',
    (_request, response) => json(response, 200, { repositories: ['a'] }, { link: '</v2/_catalog?n=1>; rel="next"' }),
    /leads in circles/,
  ],
  ['is no JSON', (_request, response) => response.end('<html>'), /did not answer with JSON/],
  [
    'has another form',
    (_request, response) => json(response, 200, { repositories: [{ name: 1 }] }),
    /another form than expected \(at repositories\.0\)/,
  ],
  [
    'is refused',
    (_request, response) => json(response, 403, { errors: [{ code: 'DENIED', message: 'no catalogue' }] }),
    /no catalogue/,
  ],
  ['is not there', (_request, response) => json(response, 404, {}), /no list of/],
  ['is endless', (_request, response) => response.end(Buffer.alloc(17 * 1024 * 1024, 32)), /too much to be true/],
];

for (const [what, handle, message] of strange) {
  test(`a list that ${what} is told as that`, async (t) => {
    const { access } = await open(t, handle);
    await assert.rejects(allRepositories(distribution, access), message);
  });
}
