import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { digestsNotAmong } from './not-found-again.ts';
import { type PlacedImage, placeImages } from './placements.ts';
import { removeImages } from './remove-images.ts';
import { listRepositories } from './repositories.ts';
import { settlePlacements } from './settle-placements.ts';
import { checkSummaries } from './summaries.ts';
import type { Store } from './tables.ts';
import { openTestStore } from './testing/open-test-store.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

async function addRegistry(store: Store, name = 'prod'): Promise<number> {
  const row = {
    name,
    kind: 'distribution',
    host: `${name}.example.com`,
    settings: '{}',
    notification_secret: Buffer.alloc(1),
  };
  const { id } = await store
    .insertInto('registry')
    .values({ ...row, secrets: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

function pusher(store: Store, registry: number, repository = 'team/app') {
  return (minute: number, letter: string, tags: readonly string[] = [], more: Partial<PlacedImage> = {}) =>
    placeImages(store, {
      ...{ registry, host: 'prod.example.com', repository, at: at(minute), cause: 'push' },
      images: [{ digest: digest(letter), tags, ...more }],
    });
}

async function tagsOf(store: Store): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`SELECT tag.name || '=' || substr(digest, 8, 1) AS text
    FROM tag JOIN image ON image.id = image ORDER BY 1`.execute(store);
  return rows.map(({ text }) => text);
}

async function eventsOf(store: Store): Promise<string[]> {
  const { rows } = await sql<{
    text: string;
  }>`SELECT substr(digest, 8, 1) || ' ' || change || ' ' || coalesce(detail, '') AS text
    FROM image_event JOIN image ON image.id = image ORDER BY image_event.id`.execute(store);
  return rows.map(({ text }) => text);
}

test('a push makes image, place and tag, once', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const push = pusher(store, await addRegistry(store));

  const [first] = await push(1, 'a', ['1.0']);
  const [again] = await push(1, 'a', ['1.0']);

  assert.deepEqual([first?.isNew, first?.isNewHere, first?.state], [true, true, 'queued']);
  assert.deepEqual([again?.isNew, again?.isNewHere, again?.image], [false, false, first?.image]);
  assert.deepEqual(await tagsOf(store), ['1.0=a']);
  assert.deepEqual(await eventsOf(store), [
    'a pushed prod.example.com/team/app',
    'a tagged prod.example.com/team/app:1.0',
  ]);
});

test('a tag moves to what is pushed later, however late the news of the earlier push comes', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const push = pusher(store, await addRegistry(store));

  await push(1, 'a', ['latest']);
  await push(3, 'c', ['latest']);
  await push(2, 'b', ['latest']);

  assert.deepEqual(await tagsOf(store), ['latest=c']);
  const past = await store.selectFrom('tag_past').select(['name', 'since', 'until']).execute();
  assert.deepEqual(past, [{ name: 'latest', since: at(1), until: at(3) }]);
  const names = await store.selectFrom('image').select('name').orderBy('id').execute();
  assert.deepEqual(names[1], { name: 'prod.example.com/team/app:latest' });
});

test('an image that loses its last place loses its findings, and gets them back when it is pushed again', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const registry = await addRegistry(store);
  const [placed] = await pusher(store, registry)(1, 'a', ['1.0']);
  const image = placed?.image ?? 0;
  await pusher(store, registry, 'mirror/app')(1, 'a');
  await sql`INSERT INTO build (digest, built, installed_by) VALUES ('x', now(), 'test')`.execute(store);
  await sql`INSERT INTO component (key, type, name, software, version, purl, facts, build) VALUES ('k', 'deb', 'openssl', 'openssl', '1', 'pkg:deb/debian/openssl@1', '', 1)`.execute(
    store,
  );
  await sql`INSERT INTO flaw (name, facts, hash) VALUES ('CVE-2026-1', '{}', '')`.execute(store);
  await sql`INSERT INTO candidate (component, flaw, severity, severity_source, status, fixed, risk, since, cause, build)
    VALUES (1, 1, 0, 'nvd', 0, '{2}', 90, now(), 'scan', 1)`.execute(store);
  await sql`INSERT INTO image_components VALUES (${image}, '{1}')`.execute(store);
  await checkSummaries(store, true);
  const counts = async () => (await store.selectFrom('image_summary').select(['critical', 'risk']).execute())[0];
  const leave = async (repository: string) => {
    const { images } = await removeImages(store, { registry, repository, at: at(5) }, { digests: [digest('a')] });
    return await settlePlacements(store, images, at(5));
  };
  assert.deepEqual(await counts(), { critical: 1, risk: 90 });

  assert.deepEqual(await leave('mirror/app'), { gone: [], returned: [] });
  assert.deepEqual(await counts(), { critical: 1, risk: 90 });

  assert.deepEqual(await leave('team/app'), { gone: [image], returned: [] });
  assert.deepEqual(await leave('team/app'), { gone: [], returned: [] });
  assert.deepEqual(await counts(), { critical: 0, risk: 0 });
  assert.deepEqual(await tagsOf(store), []);
  assert.deepEqual(await store.selectFrom('image_components').selectAll().execute(), []);

  const [back] = await pusher(store, registry)(6, 'a', ['1.0']);
  assert.equal(back?.wasGone, true);
  assert.deepEqual(await settlePlacements(store, 'all', at(6)), { gone: [], returned: [image] });
  assert.deepEqual(await counts(), { critical: 1, risk: 90 });
  assert.deepEqual(await checkSummaries(store, false), []);
});

test('news that come in the wrong order end in the same state', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const registry = await addRegistry(store);
  const push = pusher(store, registry);
  const remove = (minute: number, letter: string) =>
    removeImages(store, { registry, repository: 'team/app', at: at(minute) }, { digests: [digest(letter)] });

  await push(1, 'a', ['1']);
  await remove(5, 'a');
  await push(4, 'a', ['1']);
  await push(5, 'b', ['2']);
  await remove(4, 'b');

  const { rows } = await sql<{
    letter: string;
    there: boolean;
  }>`SELECT substr(digest, 8, 1) AS letter, deleted IS NULL AS there
    FROM placement JOIN image ON image.id = image ORDER BY 1`.execute(store);
  assert.deepEqual(rows, [
    { letter: 'a', there: false },
    { letter: 'b', there: true },
  ]);
  assert.deepEqual(await tagsOf(store), ['2=b']);
});

test('a deleted tag leaves the image; an unknown repository, tag or digest changes nothing', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const registry = await addRegistry(store);
  await pusher(store, registry)(1, 'a', ['1.0', '1.1']);
  const place = { registry, repository: 'team/app', at: at(2) };

  await removeImages(store, place, { tags: ['1.0', '9.9'] });
  await removeImages(store, { ...place, repository: 'none' }, { digests: [digest('a')] });
  await removeImages(store, place, { digests: [digest('f')] });

  assert.deepEqual(await tagsOf(store), ['1.1=a']);
  const live = await store.selectFrom('placement').select('deleted').execute();
  assert.deepEqual(live, [{ deleted: null }]);
});

test('an upload that never lay in a registry is not gone', async () => {
  await using database = await openTestStore();
  const { store } = database;
  await store
    .insertInto('image')
    .values({ digest: digest('a'), name: 'upload' })
    .execute();
  assert.deepEqual(await settlePlacements(store, 'all', at(1)), { gone: [], returned: [] });
});

test('what a look through a repository no longer finds is told apart from what was pushed meanwhile', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const registry = await addRegistry(store);
  const push = pusher(store, registry);
  for (const [minute, letter] of [
    [1, 'a'],
    [2, 'b'],
    [9, 'c'],
  ] as const)
    await push(minute, letter);

  const missing = await digestsNotAmong(store, { registry, repository: 'team/app' }, new Set([digest('a')]), at(5));
  assert.deepEqual(missing, [digest('b')]);
});

test('pushes of the same images from all sides at once end in one state, without waiting in circles', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const registry = await addRegistry(store);
  const letters = [...'abcdef'];
  await Promise.all(
    Array.from({ length: 40 }, (_, turn) => {
      const images = letters.map((letter, index) => ({ digest: digest(letter), tags: [`t${(index + turn) % 6}`] }));
      const mixed = turn % 2 ? images : images.toReversed();
      const repository = `team/${turn % 3}`;
      return placeImages(store, { registry, host: 'h', repository, images: mixed, at: at(turn), cause: 'push' });
    }),
  );
  const count = await store
    .selectFrom('image')
    .select(({ fn }) => fn.countAll().as('n'))
    .executeTakeFirstOrThrow();
  assert.equal(Number(count.n), 6);
  const repositories = await listRepositories(store, { registry, limit: 2 });
  assert.deepEqual(
    repositories.map(({ name, images, tags }) => [name, images, tags]),
    [
      ['team/0', 6, 6],
      ['team/1', 6, 6],
      ['team/2', 6, 6],
    ],
  );
  const found = await listRepositories(store, { registry, limit: 10, q: '1' });
  assert.deepEqual(
    found.map(({ name }) => name),
    ['team/1'],
  );
  const wild = await listRepositories(store, { registry, limit: 10, q: '%' });
  assert.deepEqual(wild, []);
});
