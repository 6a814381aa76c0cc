import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { recount } from '../recount.ts';
import type { Store } from '../tables.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { seedEstate, smallEstate } from '../testing/seed-estate.ts';
import type { FindingRow } from './finding-row.ts';
import type { ImageFilter } from './image-conditions.ts';
import { readImageFacets } from './image-facets.ts';
import type { ImageRow } from './image-row.ts';
import { type FindingFilter, listFindings, listFindingsOf } from './list-findings.ts';
import { listImages } from './list-images.ts';
import { listUpdates, readUpdateFacets } from './list-recommendations.ts';
import { listVulnerabilities } from './list-vulnerabilities.ts';
import { readVulnerability } from './read-vulnerability.ts';
import { searchEverything } from './search.ts';
import { type Visibility, visibleTo } from './visibility.ts';
import { readVulnerabilityFacets } from './vulnerability-facets.ts';

let opened: TestStore;
let store: Store;
let part: Visibility;
const all = { limit: 100_000 };
const terms = { dueDays: { critical: 7, high: 30, medium: 90, low: 180 }, today: '2099-01-01' };
const imagesOf = async (filter: ImageFilter, visibility: Visibility = 'everything') =>
  (await listImages(store, { ...all, ...filter, sort: 'risk' }, visibility)).items;

before(async () => {
  opened = await openTestStore();
  store = opened.store;
  await seedEstate(store, smallEstate);
  await recount(store);
  part = await visibleTo(store, [{ role: 'reader', scope: { kind: 'repository', value: 'alpha/team-*' } }]);
});
after(() => opened.close());

const liesIn = (row: ImageRow, registry: string) => row.locations.some((place) => place.registry === registry);
const imageFilters: readonly (readonly [string, ImageFilter, (row: ImageRow) => boolean])[] = [
  ['a registry', { registry: ['beta'] }, (row) => liesIn(row, 'beta')],
  ['two registries', { registry: ['beta', 'alpha'] }, (row) => liesIn(row, 'beta') || liesIn(row, 'alpha')],
  [
    'a repository',
    { repository: ['team-1/app-1'] },
    (row) => row.locations.some(({ repository }) => repository === 'team-1/app-1'),
  ],
  [
    'a repository of a registry',
    { repository: ['beta/team-1/app-1'] },
    (row) => row.locations.some(({ registry, repository }) => registry === 'beta' && repository === 'team-1/app-1'),
  ],
  ['a state', { state: ['failed', 'queued'] }, ({ state }) => state !== 'scanned'],
  ['a system', { os: ['debian 12'] }, ({ os }) => os === 'debian 12'],
  ['a severity', { severity: ['critical'] }, ({ counts }) => counts.critical > 0],
  [
    'one of two severities',
    { severity: ['unknown', 'negligible'] },
    ({ counts }) => counts.unknown + counts.negligible > 0,
  ],
  ['fixable', { fixable: true }, ({ counts }) => counts.fixable > 0],
  ['not fixable', { fixable: false }, ({ counts }) => counts.fixable === 0],
  ['exploited', { exploited: true }, ({ counts }) => counts.exploited > 0],
  ['end of life', { endOfLife: true }, ({ endOfLife }) => endOfLife === true],
  ['not end of life', { endOfLife: false }, ({ endOfLife }) => endOfLife !== true],
  ['scanned in part', { partial: true }, ({ state, problems }) => state === 'scanned' && problems > 0],
  ['not scanned in part', { partial: false }, ({ state, problems }) => state !== 'scanned' || problems === 0],
  [
    'part of a name',
    { q: 'APP-3' },
    (row) => row.name.includes('app-3') || row.locations.some(({ repository }) => repository.includes('app-3')),
  ],
  ['a tag', { q: '1.17' }, (row) => row.locations.some(({ tags }) => tags.some((tag) => tag.includes('1.17')))],
  ['signs that mean something in patterns', { q: '%' }, () => false],
  [
    'both of two',
    { registry: ['alpha'], severity: ['critical'] },
    (row) => liesIn(row, 'alpha') && row.counts.critical > 0,
  ],
];

for (const [name, filter, holds] of imageFilters)
  test(`images by ${name}: those of which it holds, and no others`, async () => {
    for (const visibility of ['everything', part] as const) {
      const expected = (await imagesOf({}, visibility)).filter(holds).map(({ digest }) => digest);
      assert.deepEqual(
        (await imagesOf(filter, visibility)).map(({ digest }) => digest),
        expected,
      );
    }
  });

test('images by the beginning of a digest, with and without its algorithm', async () => {
  const [{ digest } = { digest: '' }] = await imagesOf({});
  assert.deepEqual(
    (await imagesOf({ q: digest.slice(7, 20) })).map((row) => row.digest),
    [digest],
  );
  assert.deepEqual(
    (await imagesOf({ q: digest.slice(0, 20) })).map((row) => row.digest),
    [digest],
  );
});

test('images by package, by package and version, by vulnerability and by its other name', async () => {
  const { rows } = await sql<{
    name: string;
    version: string;
    flaw: string;
    alias: string;
    images: string[];
    of_name: string[];
    of_flaw: string[];
  }>`
    WITH one AS (SELECT k.name, k.version, f.id, f.name AS flaw, f.aliases[1] AS alias FROM candidate AS c JOIN component AS k ON k.id = c.component
      JOIN flaw AS f ON f.id = c.flaw WHERE f.aliases <> '{}' AND EXISTS (SELECT FROM image_components WHERE components @> ARRAY[k.id]) ORDER BY k.id LIMIT 1)
    SELECT one.*, ARRAY(SELECT DISTINCT digest FROM image JOIN image_components ON image = id, unnest(components) AS part JOIN component AS k ON k.id = part
        WHERE k.name = one.name AND k.version = one.version ORDER BY 1) AS images,
      ARRAY(SELECT DISTINCT digest FROM image JOIN image_components ON image = id, unnest(components) AS part JOIN component AS k ON k.id = part
        WHERE k.name = one.name ORDER BY 1) AS of_name,
      ARRAY(SELECT DISTINCT digest FROM image JOIN image_components ON image = image.id, unnest(components) AS part JOIN candidate ON component = part
        WHERE candidate.flaw = one.id ORDER BY 1) AS of_flaw FROM one`.execute(store);
  const [one] = rows;
  assert.ok(one);
  const digests = async (filter: ImageFilter) => (await imagesOf(filter)).map(({ digest }) => digest).sort();
  assert.deepEqual(await digests({ package: `${one.name}@${one.version}` }), one.images);
  assert.deepEqual(await digests({ package: one.name }), one.of_name);
  assert.deepEqual(await digests({ vulnerability: one.flaw }), one.of_flaw);
  assert.deepEqual(await digests({ vulnerability: one.alias }), one.of_flaw);
  assert.deepEqual(await digests({ vulnerability: 'CVE-1999-0001' }), []);
});

test('a facet says what choosing its value would leave, the other filters as they are', async () => {
  const filters: readonly ImageFilter[] = [
    {},
    { severity: ['critical'] },
    { registry: ['alpha'], os: ['debian 12'] },
    { q: 'app-1', fixable: true },
  ];
  for (const visibility of ['everything', part] as const)
    for (const filter of filters)
      for (const { name, values } of await readImageFacets(store, filter, visibility))
        for (const { value, count } of values) {
          const chosen = ['fixable', 'exploited', 'endOfLife', 'partial'].includes(name) ? value === 'true' : [value];
          const left = await imagesOf({ ...filter, [name]: chosen }, visibility);
          assert.equal(left.length, count, `${name} ${value} with ${JSON.stringify(filter)}`);
        }
});

test('facets of vulnerabilities and of updates say what choosing a value would leave', async () => {
  const chosen = (name: string, value: string) =>
    ['fixable', 'exploited', 'overdue'].includes(name) ? value === 'true' : name === 'epss' ? Number(value) : [value];
  for (const visibility of ['everything', part] as const) {
    for (const filter of [
      {},
      { severity: ['high'] as const, q: 'use' },
      { fixable: true, epss: 0.2 },
      { type: ['npm', 'golang'], exploited: false },
    ]) {
      const facets = await readVulnerabilityFacets(store, filter, visibility);
      assert.ok(facets.every(({ values }) => values.length > 0));
      const types = facets.find(({ name }) => name === 'type')?.values ?? [];
      assert.ok(types.length > 2, 'packages of several types');
      for (const { name, values } of facets)
        for (const { value, count } of values) {
          const asked = { ...all, ...filter, sort: 'id' as const, [name]: chosen(name, value) };
          const { items } = await listVulnerabilities(store, asked, visibility);
          assert.equal(items.length, count, `${name} ${value} with ${JSON.stringify(filter)}`);
        }
    }
    for (const filter of [
      {},
      { q: 'lib1' },
      { status: ['open'] as const, registry: ['alpha'] },
      { overdue: true },
      { type: ['deb', 'pypi'] },
    ])
      for (const { name, values } of await readUpdateFacets(store, filter, visibility, terms))
        for (const { value, count } of values) {
          const asked = { ...all, ...filter, [name]: chosen(name, value) };
          const { items } = await listUpdates(store, asked, visibility, terms);
          assert.equal(items.length, count, `${name} ${value} with ${JSON.stringify(filter)}`);
        }
  }
});

const findingFilters: readonly (readonly [string, FindingFilter, (row: FindingRow) => boolean])[] = [
  ['severity', { severity: ['high', 'unknown'] }, ({ severity }) => severity === 'high' || severity === 'unknown'],
  ['status', { status: ['will-not-fix'] }, ({ status }) => status === 'will-not-fix'],
  ['fixable', { fixable: true }, ({ status }) => status === 'fixed'],
  ['not fixable', { fixable: false }, ({ status }) => status !== 'fixed'],
  ['exploited', { exploited: true }, ({ threat }) => threat.kev !== undefined],
  ['a chance of exploitation', { epss: 0.2 }, ({ threat }) => (threat.epss?.score ?? 0) >= 0.2],
  ['a package', { package: 'lib100002' }, (row) => row.package.name === 'lib100002'],
  [
    'types of packages',
    { type: ['npm', 'golang'] },
    (row) => row.package.type === 'npm' || row.package.type === 'golang',
  ],
  ['part of a name', { q: 'use after' }, ({ title }) => title?.includes('Use after') ?? false],
  ['another name', { q: 'ghsa-xx' }, ({ aliases }) => aliases.some((alias) => alias.startsWith('GHSA-xx'))],
];

for (const [name, filter, holds] of findingFilters)
  test(`findings by ${name}, of one image and of all`, async () => {
    const ids = (rows: readonly FindingRow[]) => rows.map(({ id }) => id);
    for (const visibility of ['everything', part] as const) {
      const everywhere = (await listFindings(store, all, visibility)).items.filter(holds);
      assert.deepEqual(ids((await listFindings(store, { ...all, ...filter }, visibility)).items), ids(everywhere));
    }
    const here = (await listFindingsOf(store, 21, all, 'everything')).items.filter(holds);
    assert.deepEqual(ids((await listFindingsOf(store, 21, { ...all, ...filter }, 'everything')).items), ids(here));
  });

test('vulnerabilities by severity, fix, exploitation, likelihood, name and package', async () => {
  const whole = (await listVulnerabilities(store, { ...all, sort: 'id' }, 'everything')).items;
  const left = async (filter: object) =>
    (await listVulnerabilities(store, { ...all, sort: 'id', ...filter }, 'everything')).items;
  assert.deepEqual(
    await left({ severity: ['low'] }),
    whole.filter(({ severity }) => severity === 'low'),
  );
  assert.deepEqual(
    await left({ fixable: true }),
    whole.filter(({ fixable }) => fixable),
  );
  assert.deepEqual(
    await left({ exploited: false }),
    whole.filter(({ threat }) => !threat.kev),
  );
  assert.deepEqual(
    await left({ epss: 0.5 }),
    whole.filter(({ threat }) => (threat.epss?.score ?? 0) >= 0.5),
  );
  assert.deepEqual(
    await left({ q: 'cve-2020' }),
    whole.filter(({ id }) => id.startsWith('CVE-2020')),
  );
  const name = whole[3]?.packages[0] ?? '';
  assert.deepEqual(
    (await left({ q: name.toUpperCase() })).map(({ id }) => id),
    whole.filter(({ packages }) => packages.some((each) => each.includes(name))).map(({ id }) => id),
  );
});

test('who sees a part counts that part: images of a vulnerability, findings of an update', async () => {
  const seen = (await listImages(store, { ...all, sort: 'risk' }, part)).items;
  assert.ok(seen.length > 0 && seen.length < 60);
  assert.ok(
    seen.every(
      ({ locations, name }) => locations.every(({ registry }) => registry === 'alpha') && name.startsWith('alpha.'),
    ),
  );
  for (const { id, images } of (await listVulnerabilities(store, { ...all, sort: 'risk' }, part)).items) {
    assert.equal(images, (await listImages(store, { ...all, sort: 'risk', vulnerability: id }, part)).items.length, id);
    assert.equal((await readVulnerability(store, id, part))?.row.images, images);
  }
  const findings = (await listFindings(store, all, part)).items;
  for (const update of (await listUpdates(store, all, part, terms)).items) {
    const removed = findings.filter(
      (row) => row.upgradeTo === update.target && update.components.includes(row.of.component),
    );
    const { critical, high, medium, low, negligible, unknown } = update;
    assert.equal(critical + high + medium + low + negligible + unknown, removed.length, update.software);
    assert.equal(update.images, new Set(removed.map(({ image }) => image.digest)).size);
  }
});

test('who may see nothing sees nothing', async () => {
  for (const grants of [
    [],
    [{ role: 'reader', scope: { kind: 'registry', value: 'delta' } }],
    [{ role: 'reader', scope: { kind: 'cluster', value: 'prod' } }],
  ]) {
    const nothing = await visibleTo(store, grants);
    assert.deepEqual((await listImages(store, { ...all, sort: 'name' }, nothing)).items, []);
    assert.deepEqual((await listFindings(store, all, nothing)).items, []);
    assert.deepEqual((await listVulnerabilities(store, { ...all, sort: 'id' }, nothing)).items, []);
    assert.deepEqual((await listUpdates(store, all, nothing, terms)).items, []);
    assert.deepEqual(await searchEverything(store, 'lib', nothing), []);
    assert.deepEqual(await searchEverything(store, 'alpha', nothing), []);
    assert.deepEqual(await searchEverything(store, 'CVE-2020', nothing), []);
  }
});

test('signs of patterns in a grant mean themselves', async () => {
  const grants = (value: string) => [{ role: 'reader', scope: { kind: 'repository', value } }];
  assert.deepEqual(await visibleTo(store, grants('alpha/team_%')), { repositories: [] });
  assert.deepEqual(await visibleTo(store, grants('%')), { repositories: [] });
  const globbed = await visibleTo(store, grants('beta/team-*'));
  assert.ok(globbed !== 'everything' && globbed.repositories.length === 3);
});

test('search finds each kind of thing by part of its name, the closest first', async () => {
  const kinds = async (q: string) =>
    (await searchEverything(store, q, 'everything')).map(({ kind, title }) => [kind, title] as const);
  assert.deepEqual(
    (await kinds('beta')).filter(([kind]) => kind === 'registry'),
    [['registry', 'beta']],
  );
  assert.ok((await kinds('team-1/app-1')).some(([kind, title]) => kind === 'repository' && title === 'team-1/app-1'));
  assert.equal((await kinds('lib1-dev')).find(([kind]) => kind === 'package')?.[1], 'lib1-dev');
  assert.ok(
    (await kinds('cve-2019-100')).every(
      ([kind, title]) => kind !== 'vulnerability' || title.startsWith('CVE-2019-100'),
    ),
  );
  assert.ok((await kinds('app-2')).some(([kind]) => kind === 'image'));
  assert.deepEqual(await kinds('  '), []);
  assert.deepEqual(await kinds('%_'), []);
});

test('an update has the status that people gave it until it is gone, and is due by its worst severity', async () => {
  const [first] = (await listUpdates(store, { limit: 1 }, 'everything', terms)).items;
  assert.ok(first?.due && first.overdue && first.status === 'open');
  await store
    .insertInto('recommendation_note')
    .values({ key: first.key, owner: 'ada', due: '2100-01-01', status: 'doing' })
    .execute();
  const owned = (await listUpdates(store, { limit: 5, owner: 'ada' }, 'everything', terms)).items;
  assert.deepEqual(
    owned.map(({ key, status, due, overdue }) => ({ key, status, due, overdue })),
    [{ key: first.key, status: 'doing', due: '2100-01-01', overdue: false }],
  );
  assert.equal((await listUpdates(store, { limit: 5, status: ['done'] }, 'everything', terms)).total, 0);
});
