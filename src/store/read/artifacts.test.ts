import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recordArtifact } from '../image-states.ts';
import { placeImages } from '../placements.ts';
import { addRegistry, registryFigures } from '../registries.ts';
import { listRepositories } from '../repositories.ts';
import type { Store } from '../tables.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { readHistory } from './history.ts';
import { readImageFacets } from './image-facets.ts';
import { listImages } from './list-images.ts';
import { readTotals } from './overview.ts';
import { searchEverything } from './search.ts';
import { imagesAfter, readImage } from './stored-image.ts';

/** Two images and three things that are none, in one repository. */
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const artifacts = { c: 'signature', d: 'signature', e: 'helm-chart' } as const;
const signatureTag = `sha256-${'a'.repeat(64)}.sig`;
let opened: TestStore;
let store: Store;
let registry: number;

before(async () => {
  opened = await openTestStore();
  store = opened.store;
  const row = { name: 'prod', kind: 'distribution', host: 'r.example', settings: {}, secrets: null };
  registry = (await addRegistry(store, { ...row, notificationSecret: Buffer.alloc(1) }))?.id ?? 0;
  const tags = { a: '1', b: '2', c: signatureTag, d: 'other.sig', e: 'chart-1' };
  const images = Object.entries(tags).map(([letter, tag]) => ({ digest: digest(letter), tags: [tag] }));
  const at = new Date('2026-01-01T00:00:00Z');
  const placed = await placeImages(store, {
    ...{ registry, host: 'r.example', repository: 'team/app', images, at, cause: 'push' as const },
  });
  for (const [letter, kind] of Object.entries(artifacts)) {
    const image = placed.find((one) => one.digest === digest(letter))?.image ?? 0;
    const found = { image, kind, mediaType: `application/vnd.example.${kind}`, scanner: '1' };
    assert.equal(await recordArtifact(store, found, async () => true), 'recorded');
  }
});
after(() => opened.close());

const list = async (filter: object = {}) => {
  const { items, total } = await listImages(store, { limit: 10, sort: 'name', ...filter }, 'everything');
  return [items.map((row) => row.digest.slice(7, 8)), total];
};

test('the list of images has images, and artifacts where they are asked for', async () => {
  assert.deepEqual(await list(), [['a', 'b'], 2]);
  assert.deepEqual(await list({ registry: ['prod'] }), [['a', 'b'], 2]);
  assert.deepEqual(await list({ state: ['queued'] }), [['a', 'b'], 2]);
  const [letters, total] = await list({ state: ['artifact'] });
  assert.deepEqual([[...(letters as string[])].sort(), total], [['c', 'd', 'e'], 3]);
  assert.equal((await list({ state: ['queued', 'artifact'] }))[1], 5);
});

test('facets say how many artifacts there are, and count images alone', async () => {
  const facets = await readImageFacets(store, {}, 'everything');
  const of = (name: string) => facets.find((facet) => facet.name === name)?.values;
  assert.deepEqual(of('state'), [
    { value: 'artifact', count: 3 },
    { value: 'queued', count: 2 },
  ]);
  assert.deepEqual(of('registry'), [{ value: 'prod', count: 2 }]);
  assert.deepEqual(of('repository'), [{ value: 'prod/team/app', count: 2 }]);
  assert.deepEqual(of('fixable'), [{ value: 'false', count: 2 }]);
});

test('an artifact says what it is', async () => {
  const chart = await readImage(store, digest('e'), 'everything');
  assert.deepEqual(
    [chart?.row.state, chart?.row.artifact, chart?.row.failure],
    ['artifact', { kind: 'helm-chart', mediaType: 'application/vnd.example.helm-chart' }, undefined],
  );
  assert.equal((await readImage(store, digest('a'), 'everything'))?.row.artifact, undefined);
});

test('totals, searches by name, exports and repositories know of images alone', async () => {
  const { images, pushed } = await readTotals(store, new Date(0), 'everything');
  assert.deepEqual([images.total, images.failed, images.queued, pushed.pushed], [2, 0, 2, 2]);
  const hits = await searchEverything(store, 'team/app:', 'everything');
  assert.deepEqual(hits.map(({ id }) => id).sort(), [digest('a'), digest('b')]);
  const [named] = await searchEverything(store, digest('c'), 'everything');
  assert.deepEqual([named?.id, named?.detail], [digest('c'), 'signature'], 'one that is named by its digest is found');
  assert.equal((await imagesAfter(store, 0, 10, 'everything')).length, 2);
  const [repository] = await listRepositories(store, { registry, limit: 10 });
  assert.deepEqual([repository?.images, repository?.tags], [2, 5]);
});

test('a registry tells how much of what lies in it', async () => {
  const figures = (await registryFigures(store, [registry], 'everything')).get(registry);
  assert.deepEqual([figures?.known, figures?.queued, figures?.failed], [2, 2, 0]);
  assert.deepEqual(figures?.artifacts, [
    { kind: 'signature', count: 2 },
    { kind: 'helm-chart', count: 1 },
  ]);
  const none = (await registryFigures(store, [registry], { repositories: [] })).get(registry);
  assert.deepEqual([none?.known, none?.artifacts], [0, []]);
});

test('the history of everything is that of images', async () => {
  const { items } = await readHistory(store, { limit: 100 }, 'everything');
  assert.deepEqual(new Set(items.map(({ image }) => image)), new Set([digest('a'), digest('b')]));
});
