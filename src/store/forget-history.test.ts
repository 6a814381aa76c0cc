import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { forgetHistory } from './forget-history.ts';
import { placeImages } from './placements.ts';
import { removeImages } from './remove-images.ts';
import { settlePlacements } from './settle-placements.ts';
import type { Store } from './tables.ts';
import { openTestStore } from './testing/open-test-store.ts';

const now = new Date('2026-06-01T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
/** Everything older than thirty days. */
const forget = (store: Store, withinMs = 60_000) => forgetHistory(store, daysAgo(30), withinMs);

async function addRegistry(store: Store): Promise<number> {
  const { rows } = await sql<{ id: number }>`INSERT INTO registry (name, kind, host, settings, notification_secret)
    VALUES ('prod', 'distribution', 'prod.example.com', '{}', '') RETURNING id`.execute(store);
  return rows[0]?.id ?? 0;
}

function registryOf(store: Store, registry: number) {
  return {
    push: async (days: number, letter: string, repository: string, tags: readonly string[] = []) => {
      const [placed] = await placeImages(store, {
        ...{ registry, host: 'prod.example.com', repository, at: daysAgo(days), cause: 'push' },
        images: [{ digest: digest(letter), tags }],
      });
      return placed?.image ?? 0;
    },
    remove: async (days: number, letter: string, repository: string) => {
      const place = { registry, repository, at: daysAgo(days) };
      const { images } = await removeImages(store, place, { digests: [digest(letter)] });
      await settlePlacements(store, images, daysAgo(days));
    },
  };
}

async function count(store: Store, table: string, where = sql`true`): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`SELECT count(*)::integer AS n FROM ${sql.table(table)} WHERE ${where}`.execute(store);
  return rows[0]?.n ?? 0;
}

test('an image that lies nowhere is forgotten with all that was kept of it, and not a day early', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const { push, remove } = registryOf(store, await addRegistry(store));
  const [old, recent] = [await push(90, 'a', 'app', ['1']), await push(90, 'b', 'app', ['2'])];
  for (const image of [old, recent]) {
    await sql`INSERT INTO image_components (image, components) VALUES (${image}, '{1,2}')`.execute(store);
    await sql`INSERT INTO image_detail (image, detail) VALUES (${image}, '')`.execute(store);
  }
  await remove(31, 'a', 'app');
  await remove(29, 'b', 'app');

  const { rows, more } = await forget(store);

  assert.equal(rows.image, 1);
  assert.equal(more, false);
  for (const table of ['image_components_gone', 'image_detail', 'placement', 'tag_past']) {
    assert.equal(await count(store, table, sql`image = ${old}`), 0, table);
    assert.equal(await count(store, table, sql`image = ${recent}`), 1, table);
  }
  assert.deepEqual((await forget(store)).rows, {}, 'a second time there is nothing left');
});

test('package versions go with the last image that has them', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const { push, remove } = registryOf(store, await addRegistry(store));
  const [old, recent, standing] = [await push(90, 'a', 'app'), await push(90, 'b', 'app'), await push(90, 'c', 'app')];
  await sql`INSERT INTO component (key, type, name, software, version, purl, facts, build)
    SELECT decode('0' || n, 'hex'), 'npm', 'p' || n, 'p' || n, '1', '', '', 1 FROM generate_series(1, 4) AS n`.execute(
    store,
  );
  await sql`INSERT INTO flaw (name, facts, hash) VALUES ('CVE-1', '{}', '')`.execute(store);
  await sql`INSERT INTO candidate (component, flaw, severity, severity_source, status, fixed, risk, since, cause, build)
    SELECT id, 1, 1, '', 0, '{}', 1, ${daysAgo(80)}::timestamptz, 'scan', 1 FROM component`.execute(store);
  await sql`INSERT INTO image_components (image, components)
    VALUES (${old}, '{1,2,3}'), (${recent}, '{2}'), (${standing}, '{3}')`.execute(store);
  await remove(31, 'a', 'app');
  await remove(29, 'b', 'app');

  await forget(store);

  // The fourth was matched for a scan that is about to be recorded.
  assert.equal(await count(store, 'component', sql`id IN (2, 3, 4)`), 3);
  assert.equal(await count(store, 'component'), 3);
  assert.equal(await count(store, 'candidate'), 3);
});

test('an image that came back, or that is being scanned, stays', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const { push, remove } = registryOf(store, await addRegistry(store));
  const [back, scanned] = [await push(90, 'a', 'app'), await push(90, 'b', 'app')];
  await remove(60, 'a', 'app');
  await remove(60, 'b', 'app');
  // Placed again, but its findings have not come back yet.
  await push(1, 'a', 'app');
  await sql`INSERT INTO job (kind, subject, image, because) VALUES ('scan', 'app', ${scanned}, 'asked')`.execute(store);

  const { rows } = await forget(store);

  assert.equal(rows.image, undefined);
  assert.equal(await count(store, 'image', sql`id IN (${back}, ${scanned})`), 2);
});

test('what happened to an image that stands is forgotten, not when its findings were seen first', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const image = await registryOf(store, await addRegistry(store)).push(90, 'a', 'app');
  await sql`INSERT INTO flaw (name, facts, hash) VALUES ('CVE-1', '{}', ''), ('CVE-2', '{}', '')`.execute(store);
  await sql`INSERT INTO component (key, type, name, software, version, purl, facts, build)
    VALUES ('', 'npm', 'left', 'left', '1', '', '', 1)`.execute(store);
  await sql`INSERT INTO image_components (image, components) VALUES (${image}, '{1}')`.execute(store);
  await sql`INSERT INTO candidate (component, flaw, severity, severity_source, status, fixed, risk, since, cause, build)
    VALUES (1, 1, 1, '', 0, '{}', 1, ${daysAgo(80)}, 'scan', 1)`.execute(store);
  await sql`INSERT INTO candidate_past (component, flaw, severity, since, cause, until, build)
    SELECT 1, 2, 1, ${daysAgo(80)}::timestamptz, 'advisory', until, 1
    FROM unnest(${[daysAgo(31).toISOString(), daysAgo(29).toISOString()]}::timestamptz[]) AS until`.execute(store);
  await sql`WITH ended AS (INSERT INTO exception (scope, reason, kind, state, asked_by)
      VALUES ('{}', 'r', 'mitigated', 'withdrawn', 'a') RETURNING id)
    INSERT INTO excepted_past (image, component, flaw, exception, since, until, again)
    SELECT ${image}::integer, 1, 1, id, ${daysAgo(80)}::timestamptz, until, true
    FROM ended, unnest(${[daysAgo(31).toISOString(), daysAgo(29).toISOString()]}::timestamptz[]) AS until`.execute(
    store,
  );
  await sql`INSERT INTO image_event (image, at, cause, change, flaw, component)
    VALUES (${image}, ${daysAgo(50)}, 'scan', 'appeared', 1, 1), (${image}, ${daysAgo(50)}, 'scan', 'appeared', 2, 1),
      (${image}, ${daysAgo(50)}, 'scan', 'went', 2, 1), (${image}, ${daysAgo(20)}, 'scan', 'scanned', NULL, NULL)`.execute(
    store,
  );

  await forget(store);

  const { rows } = await sql<{ told: string }>`SELECT change || coalesce(' ' || flaw, '') AS told FROM image_event
    ORDER BY id`.execute(store);
  assert.deepEqual(
    rows.map(({ told }) => told),
    ['appeared 1', 'scanned'],
  );
  assert.equal(await count(store, 'candidate'), 1);
  assert.equal(await count(store, 'candidate_past'), 1);
  assert.equal(await count(store, 'excepted_past'), 1);
});

test('a place that an image left is forgotten where it lies elsewhere, and so is an older meaning of a tag', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const { push, remove } = registryOf(store, await addRegistry(store));
  await push(90, 'a', 'app', ['latest']);
  await push(80, 'a', 'mirror');
  await push(70, 'b', 'app', ['latest']);
  await remove(60, 'a', 'app');

  await forget(store);

  assert.equal(await count(store, 'placement'), 2);
  assert.equal(await count(store, 'placement', sql`deleted IS NOT NULL`), 0);
  assert.equal(await count(store, 'tag_past'), 0);
  assert.equal(await count(store, 'tag'), 1);
});

test('updates, days and databases of long ago are forgotten, but the two newest databases', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const update = (
    key: string,
    gone: Date | null,
  ) => sql`INSERT INTO update_summary (key, type, software, target, versions,
      components, flaws, images, critical, high, medium, low, negligible, unknown, exploited, accepted, risk, since, gone)
    VALUES (${key}, 'npm', ${key}, '2', '{}', '{}', '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ${daysAgo(90)}, ${gone})`;
  await update('old', daysAgo(31)).execute(store);
  await update('needed', null).execute(store);
  await sql`INSERT INTO recommendation_note (key, status, changed)
    SELECT key, 'doing', ${daysAgo(50)}::timestamptz FROM unnest(ARRAY['old', 'needed']) AS key`.execute(store);
  await sql`INSERT INTO day_summary (day, counts) VALUES ('2026-03-01', '{}'), ('2026-05-20', '{}')`.execute(store);
  await sql`WITH part AS (INSERT INTO reach (key, registries, repositories) VALUES ('a', '{}', '{}') RETURNING id)
    INSERT INTO reach_day (reach, day, counts)
    SELECT id, day, '{}' FROM part, unnest(ARRAY['2026-03-01', '2026-05-20']::date[]) AS day`.execute(store);
  await sql`INSERT INTO build (digest, built, installed, installed_by)
    SELECT 'sha256:' || n, ${daysAgo(90)}::timestamptz, ${daysAgo(90)}::timestamptz, 'test' FROM generate_series(1, 4) AS n`.execute(
    store,
  );

  await forget(store);

  const left = async (table: string, column: string) =>
    (
      await sql<{ value: unknown }>`SELECT ${sql.ref(column)} AS value FROM ${sql.table(table)} ORDER BY 1`.execute(
        store,
      )
    ).rows.map(({ value }) => value);
  assert.deepEqual(await left('update_summary', 'key'), ['needed']);
  assert.deepEqual(await left('recommendation_note', 'key'), ['needed']);
  assert.deepEqual(await left('day_summary', 'day'), ['2026-05-20']);
  assert.deepEqual(await left('reach_day', 'day'), ['2026-05-20']);
  assert.deepEqual(await left('build', 'digest'), ['sha256:3', 'sha256:4']);
});

test('much at once is forgotten bit by bit, and what the time did not do for is said', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const image = await registryOf(store, await addRegistry(store)).push(1, 'a', 'app');
  await sql`INSERT INTO image_event (image, at, cause, change)
    SELECT ${image}::integer, CASE WHEN n % 3 = 0 THEN ${daysAgo(2)}::timestamptz ELSE ${daysAgo(60)}::timestamptz END, 'push', 'scanned'
    FROM generate_series(1, 18000) AS n`.execute(store);

  assert.deepEqual(await forget(store, -1), { rows: {}, more: true });
  assert.deepEqual(await forget(store), { rows: { image_event: 12_000 }, more: false });

  assert.equal(await count(store, 'image_event', sql`at < ${daysAgo(30)}`), 0);
});
