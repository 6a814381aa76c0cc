import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SignIn } from '../registry-connector.ts';
import { dockerHub } from './docker-hub.ts';
import {
  allImages,
  allRepositories,
  assertRefused,
  assertResumable,
  json,
  mappedAccess,
  numberedDigest,
  type Pretender,
  repositoriesOf,
} from './testing/mapped-access.ts';

const signIn = { method: 'password', username: 'jo', password: 'dckr_pat' } as const;
const own = Array.from({ length: 101 }, (_, index) => ({ name: `app${index}`, namespace: 'jo' }));
const tag = (name: string, index: number | undefined, images: readonly number[] = []) => ({
  ...{ name, tag_last_pushed: '2026-01-02T03:04:05Z', images: images.map((one) => ({ digest: numberedDigest(one) })) },
  ...(index !== undefined && { digest: numberedDigest(index) }),
});

/** Docker Hub's API: a short-lived token for a user name and a personal access token, then lists. */
const strictHub: Pretender = (request, response) => {
  const url = new URL(request.path, 'https://hub.docker.com');
  const path = url.pathname;
  if (path === '/v2/auth/token') {
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json')
      return json(response, 400, {});
    const { identifier, secret } = JSON.parse(request.body) as Record<string, string>;
    const fits = identifier === signIn.username && secret === signIn.password;
    return fits
      ? json(response, 200, { access_token: 'hub-token' })
      : json(response, 401, { detail: 'Incorrect authentication credentials' });
  }
  const { authorization } = request.headers;
  const isPublic = path.startsWith('/v2/namespaces/library/');
  if (authorization !== 'Bearer hub-token' && !(isPublic && authorization === undefined))
    return json(response, 401, {});
  const [size, number] = [Number(url.searchParams.get('page_size') ?? 10), Number(url.searchParams.get('page') ?? 1)];
  const page = (items: readonly unknown[]) => {
    const next = number * size < items.length ? 'https://169.254.169.254/v2/elsewhere' : null;
    json(response, 200, {
      count: items.length,
      next,
      previous: null,
      results: items.slice((number - 1) * size, number * size),
    });
  };
  if (path === '/v2/namespaces/jo/repositories') return page(own);
  if (path === '/v2/namespaces/library/repositories') return page([{ name: 'alpine', namespace: 'library' }]);
  if (path === '/v2/namespaces/library/repositories/alpine/tags') {
    const signature = tag(`sha256-${'a'.repeat(64)}.sig`, 9);
    return page([tag('3.20', 1, [11, 12]), tag('old', undefined, [2]), tag('older', undefined, [3, 4]), signature]);
  }
  return json(response, 404, { message: 'object not found' });
};

const open = (t: TestContext, namespaces: string[] = [], given: SignIn = signIn) =>
  mappedAccess(t, { host: 'docker.io', signIn: given, namespaces }, { 'hub.docker.com': strictHub });

test('the repositories of the user, or of the namespaces that are named, are listed from each page on', async (t) => {
  const { access } = await open(t);
  await assertResumable(
    repositoriesOf(dockerHub, access),
    own.map(({ name }) => `jo/${name}`),
  );
  const named = await open(t, ['library']);
  assert.deepEqual(await allRepositories(dockerHub, named.access), ['library/alpine']);
});

test('tags give the digest of their index; one that has none cannot be named', async (t) => {
  const { access } = await open(t, [], { method: 'anonymous' });
  const pushed = new Date('2026-01-02T03:04:05Z');
  assert.deepEqual(await allImages(dockerHub, access, 'library/alpine'), [
    { digest: numberedDigest(1), tags: ['3.20'], pushed },
    { digest: numberedDigest(2), tags: ['old'], pushed },
    { digest: numberedDigest(9), tags: [`sha256-${'a'.repeat(64)}.sig`], pushed },
  ]);
});

test('a wrong token is told without it', async (t) => {
  const { access } = await open(t, [], { ...signIn, password: 'dckr_other' });
  await assertRefused(dockerHub, access, { hides: /dckr_other/ });
});
