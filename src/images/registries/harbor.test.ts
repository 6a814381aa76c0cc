import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SignIn } from '../registry-connector.ts';
import { harbor } from './harbor.ts';
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

const host = 'harbor.example.com';
const robot = { method: 'password', username: 'robot$team+ci', password: 'robot-secret' } as const;
const artifact = (index: number, tags?: readonly string[], type = 'IMAGE') => ({
  ...{ digest: numberedDigest(index), type, push_time: '2026-01-02T03:04:05.000Z' },
  tags: tags?.map((name) => ({ name })) ?? null,
});
const many = Array.from({ length: 230 }, (_, index) => `team/app${index}`);
const content: Readonly<Record<string, readonly string[]>> = {
  library: ['library/base'],
  empty: [],
  team: [...many, 'team/deep/er'],
};

/** Harbor's API as far as it lists, for who signs in as the robot. */
const strictHarbor: Pretender = (request, response) => {
  const url = new URL(request.path, `https://${host}`);
  const refuse = (status: number, code: string) =>
    json(response, status, { errors: [{ code, message: code.toLowerCase() }] });
  const { authorization } = request.headers;
  const wanted = `Basic ${Buffer.from(`${robot.username}:${robot.password}`).toString('base64')}`;
  if (authorization !== wanted) return refuse(401, 'UNAUTHORIZED');
  const size = Number(url.searchParams.get('page_size') ?? 10);
  if (size > 100) return refuse(422, 'UNPROCESSABLE_ENTITY');
  const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
  const page = (items: readonly unknown[]) =>
    json(response, 200, items.slice(start, start + size), { 'x-total-count': String(items.length) });
  const path = url.pathname;
  if (path === '/api/v2.0/projects') return page(Object.keys(content).map((name) => ({ name, project_id: 1 })));
  const [, project = ''] = /^\/api\/v2\.0\/projects\/([^/]+)\/repositories$/.exec(path) ?? [];
  const names = content[project];
  if (names) return page(names.map((name) => ({ name, artifact_count: 1 })));
  if (
    path === '/api/v2.0/projects/team/repositories/deep%252Fer/artifacts' &&
    url.searchParams.get('with_tag') === 'true'
  ) {
    return page([artifact(1, ['1.0', 'latest']), artifact(2), artifact(3, ['chart'], 'CHART')]);
  }
  return refuse(404, 'NOT_FOUND');
};

const open = (t: TestContext, signIn: SignIn = robot, namespaces: string[] = []) =>
  mappedAccess(t, { host, signIn, namespaces }, { [host]: strictHarbor });

test('repositories of all projects are listed, however many pages they take, and from each page on', async (t) => {
  const { access } = await open(t);
  const { parts } = await assertResumable(repositoriesOf(harbor, access), Object.values(content).flat());
  assert.ok(parts >= 4);
});

test('a robot that sees one project lists that one', async (t) => {
  const { access, seen } = await open(t, robot, ['library']);
  assert.deepEqual(await allRepositories(harbor, access), ['library/base']);
  assert.ok(!seen.some((one) => /\/projects\?/.test(one)));
});

test('artifacts are listed with their tags, whatever their manifests will say they are', async (t) => {
  const { access } = await open(t);
  const images = await allImages(harbor, access, 'team/deep/er', (tag) => tag !== 'latest');
  const pushed = new Date('2026-01-02T03:04:05.000Z');
  assert.deepEqual(images, [
    { digest: numberedDigest(1), tags: ['1.0'], pushed },
    { digest: numberedDigest(2), tags: [], pushed },
    { digest: numberedDigest(3), tags: ['chart'], pushed },
  ]);
  await assert.rejects(allImages(harbor, access, 'team/none'), { code: 'NOT_FOUND' });
});

test('a wrong secret is told without it', async (t) => {
  const { access } = await open(t, { ...robot, password: 'wrong-secret' });
  await assertRefused(harbor, access, { hides: /wrong-secret/ });
});
