import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeImages } from '../placements.ts';
import { addRegistry, changeRegistry } from '../registries.ts';
import { removeImages } from '../remove-images.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { putUploadedImage } from '../uploads.ts';
import { readHistoriesOf, readHistory, readImageHistory } from './history.ts';
import { listImages } from './list-images.ts';
import type { Visibility } from './visibility.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

async function openEstate() {
  const database = await openTestStore();
  const { store } = database;
  const made = await addRegistry(store, {
    ...{ name: 'prod', kind: 'distribution', host: 'old.example' },
    ...{ settings: {}, secrets: null, notificationSecret: Buffer.alloc(1) },
  });
  const registry = made?.id ?? 0;
  const push = (minute: number, letter: string, repository: string, ...tags: readonly string[]) =>
    placeImages(store, {
      ...{ registry, host: 'old.example', repository, at: at(minute), cause: 'push' },
      images: [{ digest: digest(letter), tags }],
    });
  const found = async (q: string, visibility: Visibility = 'everything') => {
    const { items, total } = await listImages(store, { q, sort: 'name', limit: 50 }, visibility);
    assert.equal(total, items.length, q);
    return items.map((row) => row.digest.slice(7, 8)).sort();
  };
  const whoSees = async (repository: string) => {
    const row = store.selectFrom('repository').select('id').where('name', '=', repository);
    return { repositories: [(await row.executeTakeFirstOrThrow()).id] };
  };
  return { store, registry, push, found, whoSees, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

test('an image is found by each of its places and tags, not only by the newest', async () => {
  await using estate = await openEstate();
  const { push, found } = estate;
  await push(1, 'a', 'team/api', '1.0', 'stable');
  await push(2, 'a', 'mirror/api', '1.0');
  await push(3, 'b', 'team/web');

  for (const q of ['team/api', 'mirror/api', 'STABLE', 'old.example/team/api:1.0', 'example/mirror'])
    assert.deepEqual(await found(q), ['a'], q);
  assert.deepEqual(await found('old.example'), ['a', 'b']);
  assert.deepEqual(await found('/'), ['a', 'b']);
});

test('a tag that went to another image finds that one, and a place that is gone finds none', async () => {
  await using estate = await openEstate();
  const { store, registry, push, found } = estate;
  await push(1, 'a', 'team/api', 'stable', 'one');
  await push(2, 'b', 'team/api', 'stable', 'two');
  await push(3, 'a', 'mirror/api', 'one');
  await push(4, 'a', 'team/api', 'one');

  assert.deepEqual(await found('team/api:stable'), ['b']);
  assert.deepEqual(await found('mirror'), ['a']);
  await removeImages(store, { registry, repository: 'mirror/api', at: at(5) }, { digests: [digest('a')] });
  assert.deepEqual(await found('mirror'), []);
});

test('who sees one repository finds by its names alone', async () => {
  await using estate = await openEstate();
  const { push, found, whoSees } = estate;
  await push(1, 'a', 'team/api', '1.0');
  await push(2, 'a', 'secret/api', 'hidden');
  const visibility = await whoSees('team/api');

  assert.deepEqual(await found('team/api:1.0', visibility), ['a']);
  assert.deepEqual(await found('hidden', visibility), []);
  assert.deepEqual(await found('secret', visibility), []);
  assert.deepEqual(await found('secret'), ['a']);
});

test('a registry that is reached by another host, and an upload by another name, leave nothing unfound', async () => {
  await using estate = await openEstate();
  const { store, push, found } = estate;
  await push(1, 'a', 'team/api', '1.0');
  await changeRegistry(store, 'prod', ({ settings }) => ({
    ...{ host: 'new.example', settings: settings as object, secrets: null },
  }));
  assert.deepEqual(await found('new.example/team'), ['a']);

  await putUploadedImage(store, { digest: digest('a'), name: 'built-by-ci', at: at(2) });
  assert.deepEqual(await found('built-by'), ['a']);
  assert.deepEqual(await found('new.example/team'), ['a']);
});

test('the history of an image that several have tells each of its own places alone', async () => {
  await using estate = await openEstate();
  const { store, registry, push, whoSees } = estate;
  await push(1, 'a', 'team/api', '1.0');
  await push(2, 'a', 'secret/api', 'hidden');
  await removeImages(store, { registry, repository: 'secret/api', at: at(3) }, { digests: [digest('a')] });
  await push(4, 'a', 'secret/api', 'again');
  const visibility = await whoSees('team/api');
  const image = await store.selectFrom('image').select('id').executeTakeFirstOrThrow();
  const told = async (visibility: Visibility) => {
    const query = { limit: 50 };
    const { items } = await readImageHistory(store, image.id, query, visibility);
    const all = await readHistory(store, query, visibility);
    assert.deepEqual(all.items, items);
    assert.deepEqual(await readHistoriesOf(store, [image.id], {}, visibility), items.toReversed());
    return items.map(({ change, text }) => `${change} ${/secret/.test(text) ? 'secret' : 'own'}`);
  };

  assert.equal((await told('everything')).length, 7);
  assert.deepEqual((await told(visibility)).sort(), ['pushed own', 'tagged own']);

  await changeRegistry(store, 'prod', ({ settings }) => ({
    ...{ host: 'new.example', settings: settings as object, secrets: null },
  }));
  assert.deepEqual((await told(visibility)).sort(), ['pushed own', 'tagged own']);
});
