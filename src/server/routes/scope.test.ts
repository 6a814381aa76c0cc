import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestClient } from '../testing/start-test-server.ts';
import { json, openTwoRegistries, type TwoRegistries } from '../testing/two-registries.ts';
import { routes } from './index.ts';

let estate: TwoRegistries;
let admin: TestClient;
/** Sees one of the two registries. */
let scoped: TestClient;
let recommendation: string;

before(async () => {
  estate = await openTwoRegistries();
  ({ admin, scoped } = estate);
  recommendation = (await json(admin, '/recommendations')).items[0].id;
  for (const registry of ['mine', 'foreign'])
    await admin.send('POST', '/exceptions', {
      scope: { vulnerability: 'CVE-2022-0001', registry },
      reason: 'Behind a proxy.',
      kind: 'mitigated',
    });
});
after(() => estate.close());

/** What a route is asked where its address alone is not enough. */
const asked: Readonly<Record<string, string>> = { search: 'q=app' };
const takers = routes.filter(({ takesScope }) => takesScope);
const addressOf = ({ id, path }: { id: string; path: string }, scope?: string) => {
  const named = path.replace('{id}', id.startsWith('recommendations') ? recommendation : 'CVE-2021-0001');
  return `${named}?${[asked[id], scope && `scope=${scope}`].filter(Boolean).join('&')}`;
};

test('what tells of many things is narrowed by a scope; what does not, tells of one thing or of the installation', () => {
  const others = routes.filter(
    ({ method, access, takesScope }) =>
      method === 'GET' && typeof access === 'object' && access.within === 'scoped' && !takesScope,
  );

  assert.deepEqual(others.map(({ id }) => id).sort(), [
    'database.changes',
    'database.get',
    'events.listen',
    'findings.why',
    'images.findings',
    'images.history',
    'images.packages',
    'images.read',
    'images.report',
    'images.sbom',
    'images.upgrades',
    'jobs.get',
    'registries.get',
    'registries.repositories',
  ]);
  assert.deepEqual(
    takers.filter(({ method }) => method !== 'GET').map(({ id }) => id),
    [],
  );
});

test('who chooses a registry is told what somebody is told who may see that one only', async () => {
  const narrowed: string[] = [];
  for (const route of takers) {
    const chosen = await admin.get(addressOf(route, 'mine'));

    assert.equal(chosen.statusCode, 200, route.id);
    assert.equal(chosen.body, (await scoped.get(addressOf(route))).body, route.id);
    if (chosen.body !== (await admin.get(addressOf(route))).body) narrowed.push(route.id);
  }
  for (const id of [
    'overview',
    'images.list',
    'exceptions.list',
    'findings.export',
    'history.list',
    'recommendations.list',
    'registries.list',
  ])
    assert.ok(narrowed.includes(id), id);
});

test('a repository is chosen just so', async () => {
  const digests = async (scope: string) =>
    (await json(admin, `/images?scope=${scope}`)).items.map(({ digest }: { digest: string }) => digest);

  assert.deepEqual(await digests('mine/app'), [estate.mine]);
  assert.deepEqual(await digests('mine/ap'), []);
  assert.deepEqual(await digests('unknown'), []);
});

test('a scope never shows more than the caller may see', async () => {
  for (const scope of ['foreign', 'foreign/app', 'mine/app', 'mine'])
    for (const route of takers) {
      const answer = await scoped.get(addressOf(route, scope));

      assert.ok(answer.statusCode === 200 || answer.statusCode === 404, `${route.id} ${answer.statusCode}`);
      assert.doesNotMatch(answer.body, /foreign/, `${route.id} within ${scope}`);
      assert.ok(!answer.body.includes(estate.foreign), `${route.id} within ${scope}`);
      if (scope.startsWith('foreign')) assert.ok(!answer.body.includes(estate.mine), `${route.id} within ${scope}`);
    }
});

test('a scope is one name, without stars, and only where it is taken', async () => {
  const paths = ['/images?scope=*', '/images?scope=mine/*', '/images?scope=', '/images?scope=mine&scope=foreign'];
  for (const path of [...paths, `/images/${estate.mine}?scope=mine`, '/database?scope=mine']) {
    const answer = await admin.get(path);

    assert.equal(answer.statusCode, 400, path);
    assert.match(answer.json().detail, /scope/, path);
  }
});

test('lists within a scope tell how many there are', async () => {
  for (const [path, total] of [
    ['/images', 1],
    ['/vulnerabilities', 2],
    ['/recommendations', 1],
  ] as const)
    assert.equal((await json(admin, `${path}?scope=mine`)).total, total, path);
});
