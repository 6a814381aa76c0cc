import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SignIn } from '../registry-connector.ts';
import { ghcr } from './ghcr.ts';
import {
  allImages,
  allRepositories,
  assertResumable,
  json,
  mappedAccess,
  numberedDigest,
  type Pretender,
  repositoriesOf,
} from './testing/mapped-access.ts';

const signIn = { method: 'password', username: 'jo', password: 'ghp_token' } as const;
const packageOf = (login: string, name: string) => ({ name, package_type: 'container', owner: { login } });
const octo = Array.from({ length: 120 }, (_, index) => packageOf('Octo', `app${index}`));
const versions = Array.from({ length: 101 }, (_, index) => ({
  ...{ id: index, name: numberedDigest(index), updated_at: '2026-01-02T03:04:05Z' },
  metadata: { package_type: 'container', container: { tags: index === 0 ? ['1.0', 'latest'] : [] } },
}));
const signature = {
  ...versions[0],
  name: numberedDigest(999),
  metadata: { container: { tags: [`sha256-${'a'.repeat(64)}.sig`] } },
};

/** GitHub's REST API as far as it lists packages, for a classic token with `read:packages`. */
const strictGithub: Pretender = (request, response) => {
  const url = new URL(request.path, 'https://api.github.com');
  const { authorization, accept } = request.headers;
  if (authorization !== 'Bearer ghp_token') return json(response, 401, { message: 'Bad credentials' });
  if (!request.headers['user-agent'])
    return json(response, 403, { message: 'Request forbidden by administrative rules.' });
  if (accept !== 'application/vnd.github+json') return json(response, 415, { message: 'Unsupported media type' });
  const [size, number] = [Number(url.searchParams.get('per_page') ?? 30), Number(url.searchParams.get('page') ?? 1)];
  const page = (items: readonly unknown[]) => json(response, 200, items.slice((number - 1) * size, number * size));
  const path = url.pathname;
  if (path === '/users/octo') return json(response, 200, { login: 'Octo', type: 'Organization' });
  if (path === '/users/jo') return json(response, 200, { login: 'jo', type: 'User' });
  if (path.endsWith('/packages') && url.searchParams.get('package_type') !== 'container')
    return json(response, 422, {});
  if (path === '/orgs/octo/packages') return page(octo);
  if (path === '/users/jo/packages' || path === '/user/packages') return page([packageOf('jo', 'own')]);
  if (path === '/orgs/octo/packages/container/tools%2Fbuild/versions') return page([...versions, signature]);
  return json(response, 404, { message: 'Not Found' });
};

const open = (t: TestContext, namespaces: string[] = [], given: SignIn = signIn) =>
  mappedAccess(t, { host: 'ghcr.io', signIn: given, namespaces }, { 'api.github.com': strictGithub });

test('packages of organisations and users are listed, from each page on', async (t) => {
  const { access } = await open(t, ['octo', 'jo']);
  await assertResumable(repositoriesOf(ghcr, access), [...octo.map(({ name }) => `octo/${name}`), 'jo/own']);
});

test('without owners, the packages of the token’s user are listed', async (t) => {
  const { access } = await open(t);
  assert.deepEqual(await allRepositories(ghcr, access), ['jo/own']);
});

test('versions are listed, whatever their manifests will say they are', async (t) => {
  const { access } = await open(t);
  const images = await allImages(ghcr, access, 'octo/tools/build', (tag) => tag !== 'latest');
  assert.equal(images.length, 102);
  assert.deepEqual(images[0], { digest: numberedDigest(0), tags: ['1.0'], pushed: new Date('2026-01-02T03:04:05Z') });
});

test('a wrong token, none, and an unknown owner are told', async (t) => {
  const wrong = await open(t, ['octo'], { ...signIn, password: 'ghp_other' });
  await assert.rejects(allRepositories(ghcr, wrong.access), { code: 'AUTHENTICATION_FAILED', message: /401/ });
  const none = await open(t, ['octo'], { method: 'anonymous' });
  await assert.rejects(allRepositories(ghcr, none.access), { code: 'AUTHENTICATION_FAILED', message: /by name/ });
  assert.deepEqual(none.seen, []);
  const unknown = await open(t, ['nobody']);
  await assert.rejects(allRepositories(ghcr, unknown.access), { code: 'NOT_FOUND' });
});
