import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { connect } from './connect.ts';
import { countedReach, type Reach, readReach, refreshReaches } from './reach.ts';
import { listUpdates, readUpdateFacets } from './read/list-recommendations.ts';
import { listVulnerabilities } from './read/list-vulnerabilities.ts';
import { readMoved, readTotals, readTrend } from './read/overview.ts';
import { searchEverything } from './read/search.ts';
import { type ScopedGrant, type Visibility, visibleTo } from './read/visibility.ts';
import { readVulnerabilityFacets } from './read/vulnerability-facets.ts';
import { recount } from './recount.ts';
import { silentLog } from './store-log.ts';
import type { Store } from './tables.ts';
import { openTestStore } from './testing/open-test-store.ts';
import { countSummaries, seedEstate, smallEstate } from './testing/seed-estate.ts';

const terms = { dueDays: { critical: 7, high: 30, medium: 90, low: 180 }, today: '2026-01-01' };
const grants: readonly (readonly [string, readonly ScopedGrant[]])[] = [
  ['a registry', [{ role: 'reader', scope: { kind: 'registry', value: 'alpha' } }]],
  ['some repositories', [{ role: 'reader', scope: { kind: 'repository', value: 'beta/team-*' } }]],
  [
    'a registry and a repository of another',
    [
      { role: 'reader', scope: { kind: 'registry', value: 'gamma' } },
      { role: 'analyst', scope: { kind: 'repository', value: 'alpha/team-2/app-2' } },
    ],
  ],
];

const dayMs = 86_400_000;
/** Within what is counted beforehand, and from before that. */
const days = [1, 3, 30, 90].map((ago) => new Date(Date.now() - ago * dayMs));

/** All that the lists tell of what such a caller sees. */
async function lists(store: Store, visibility: Visibility) {
  const status = ['open', 'doing', 'accepted', 'done'] as const;
  const flaws = await listVulnerabilities(store, { sort: 'id', limit: 10_000, isCounted: false }, visibility);
  const updates = await listUpdates(store, { limit: 10_000, isCounted: false, status }, visibility, terms);
  const within = await listUpdates(
    store,
    { limit: 10_000, isCounted: false, status, registry: ['alpha', 'gamma'] },
    visibility,
    terms,
  );
  /** Without what orders them, which is a lower bound where it is not counted. */
  const byKey = (items: typeof updates.items) =>
    items.map((row) => ({ ...row, counted: undefined, sort_keys: undefined })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const moved = await Promise.all(days.map((day) => readMoved(store, day, visibility)));
  const facets = [
    await readVulnerabilityFacets(store, { type: ['npm', 'deb'] }, visibility),
    await readUpdateFacets(store, { type: ['npm', 'deb'] }, visibility, terms),
  ];
  return { flaws: flaws.items, updates: byKey(updates.items), within: byKey(within.items), moved, facets };
}

async function assertCounted(store: Store, held: readonly ScopedGrant[], what: string): Promise<void> {
  const seen = await visibleTo(store, held);
  assert.ok(seen !== 'everything' && seen.reach);
  const counted = await countedReach(store, seen.reach);
  assert.ok(counted);
  const live = await lists(store, seen);
  assert.ok(live.flaws.length > 3, what);
  assert.deepEqual(await lists(store, { ...seen, counted }), live, what);
  await assertFound(store, { ...seen, counted }, live.flaws, what);
  await assertDay(store, seen, what);
}

/** A search finds vulnerabilities that the caller sees, and as many as there is room for. */
async function assertFound(
  store: Store,
  counted: Visibility,
  flaws: readonly { readonly id: string }[],
  what: string,
): Promise<void> {
  for (const text of ['cve', 'CVE-2021-1']) {
    const named = flaws.map(({ id }) => id).filter((id) => id.toLowerCase().includes(text.toLowerCase()));
    const hits = (await searchEverything(store, text, counted)).filter(({ kind }) => kind === 'vulnerability');
    assert.ok(
      hits.every(({ id }) => named.includes(id)),
      what,
    );
    assert.equal(hits.length, Math.min(6, named.length), what);
  }
}

/** What is kept of this day is what the summaries of the images that the caller sees add up to. */
async function assertDay(store: Store, seen: Visibility, what: string): Promise<void> {
  const trend = await keptDays(store, seen);
  const { findings } = await readTotals(store, new Date(), seen);
  assert.deepEqual(
    trend.map(({ counts }) => counts),
    [findings],
    what,
  );
}

/** Without counting today anew. */
async function keptDays(store: Store, seen: Visibility) {
  assert.ok(seen !== 'everything' && seen.reach);
  const { registries, repositories } = seen.reach;
  const { rows } = await sql<{ day: string; counts: unknown }>`SELECT day, counts FROM reach_day
    JOIN reach ON reach.id = reach_day.reach AND registries = ${registries}::text[] AND repositories = ${repositories}::text[]
    ORDER BY day`.execute(store);
  return rows;
}

const edits: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['images go', (store) => sql`DELETE FROM image_components WHERE image % 4 = 1`.execute(store)],
  ['images leave a place', (store) => sql`UPDATE placement SET deleted = now() WHERE image % 7 = 2`.execute(store)],
  [
    'images come to a place',
    (store) =>
      sql`INSERT INTO placement (repository, image) SELECT 1, id FROM image WHERE id % 3 = 0 ON CONFLICT DO NOTHING`.execute(
        store,
      ),
  ],
  ['images return', (store) => sql`UPDATE placement SET deleted = NULL`.execute(store)],
  [
    'advisories bring findings',
    (store) =>
      sql`UPDATE candidate SET cause = 'advisory', since = now() - flaw % 50 * interval '1 day' WHERE component % 2 = 0`.execute(
        store,
      ),
  ],
  [
    'advisories take findings, some of them the last of their package',
    (store) =>
      sql`WITH gone AS (DELETE FROM candidate WHERE component % 4 = 0 OR (component + flaw) % 5 = 0 RETURNING *)
        INSERT INTO candidate_past (component, flaw, severity, since, cause, until, build)
        SELECT component, flaw, severity, since, 'advisory', now() - component % 40 * interval '1 day', build FROM gone`.execute(
        store,
      ),
  ],
  ['candidates go', (store) => sql`DELETE FROM candidate WHERE (component + flaw) % 3 = 0`.execute(store)],
  [
    'an exception comes',
    async (store) => {
      await sql`INSERT INTO exception (scope, reason, kind, state, asked_by) VALUES ('{}', 'test', 'mitigated', 'approved', 'test')`.execute(
        store,
      );
      await sql`INSERT INTO excepted (image, component, flaw, exception) SELECT image, component, flaw, (SELECT id FROM exception)
        FROM image_components, unnest(components) AS component JOIN candidate USING (component) WHERE flaw % 3 = 0 OR image % 5 = 0`.execute(
        store,
      );
    },
  ],
  ['a place is forgotten', (store) => sql`DELETE FROM placement WHERE repository = 1`.execute(store)],
];

for (const [name, held] of grants)
  test(`whoever sees ${name} is told what counting every finding gives, after whatever changes`, async () => {
    await using opened = await openTestStore();
    const { store } = opened;
    await seedEstate(store, smallEstate);
    await recount(store);
    await assertCounted(store, held, 'at first');
    for (const [what, edit] of edits) {
      await edit(store);
      await countSummaries(store);
      assert.ok(await recount(store), `${what}: it is noticed`);
      await refreshReaches(store);
      await assertCounted(store, held, what);
    }
  });

const alpha: Reach = { registries: ['alpha'], repositories: [] };

async function flawsCounted(store: Store): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM reach_flaw`.execute(store);
  return rows[0]?.count ?? 0;
}

test('while a recount is followed by those of the parts, the counts before it are told; later nobody is told them', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  assert.equal(await countedReach(store, alpha), undefined, 'nothing is counted yet');
  await recount(store);
  await countedReach(store, alpha);
  assert.ok((await flawsCounted(store)) > 0);
  await sql`UPDATE placement SET deleted = now()`.execute(store);
  await recount(store);

  await countedReach(store, alpha);
  assert.ok((await flawsCounted(store)) > 0);
  await sql`UPDATE recount SET at = at - interval '2 minutes'`.execute(store);
  await countedReach(store, alpha);

  assert.equal(await flawsCounted(store), 0);
});

test('whoever asks at the same moment, of any replica, is told the same, and it is counted once', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  const other = connect({ url: opened.url, log: silentLog });
  const asked = await Promise.all([store, other.store, store, other.store].map((each) => countedReach(each, alpha)));
  await other.close();

  assert.equal(new Set(asked).size, 1);
  const { rows } = await sql<{ written: string }>`SELECT count(DISTINCT xmin::text) AS written FROM reach_flaw`.execute(
    store,
  );
  assert.equal(Number(rows[0]?.written), 1);
});

test('parts that nobody asked for in a week are forgotten, and in a small estate none is kept', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  assert.equal(await readReach(store, alpha), undefined);
  await countedReach(store, alpha);
  await refreshReaches(store);
  assert.ok((await flawsCounted(store)) > 0);
  await sql`UPDATE reach SET asked = now() - interval '8 days'`.execute(store);
  await refreshReaches(store);

  assert.equal(await flawsCounted(store), 0);
});

test('looking through a registry again changes nothing that counts depend on', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  await sql`INSERT INTO placement (repository, image, pushed) SELECT repository, image, now() FROM placement
    ON CONFLICT (repository, image) DO UPDATE SET pushed = excluded.pushed, deleted = NULL`.execute(store);

  assert.equal(await recount(store), undefined);
});

const seesAlpha: readonly ScopedGrant[] = [{ role: 'reader', scope: { kind: 'registry', value: 'alpha' } }];
const seesBeta: readonly ScopedGrant[] = [{ role: 'reader', scope: { kind: 'registry', value: 'beta' } }];

async function day(store: Store, ago: number): Promise<string> {
  const { rows } = await sql<{ day: string }>`SELECT (now() AT TIME ZONE 'UTC')::date - ${ago}::int AS day`.execute(
    store,
  );
  return rows[0]?.day ?? '';
}

/** A part of an estate whose trend somebody looked at, so many days ago for the last time. */
async function askedForAlpha(store: Store, daysAgo: number): Promise<Visibility> {
  await seedEstate(store, smallEstate);
  await recount(store);
  const seen = await visibleTo(store, seesAlpha);
  await readTrend(store, 90, seen);
  await sql`UPDATE reach SET asked = now() - ${daysAgo} * interval '1 day'`.execute(store);
  return seen;
}

/** So many days go by. */
async function pass(store: Store, days: number): Promise<void> {
  await sql`UPDATE reach_day SET day = day - ${days}::int`.execute(store);
  await sql`UPDATE day_summary SET day = day - ${days}::int`.execute(store);
}

test('a part has a trend from the day on which it is first asked for, and no days between that were not counted', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  const [alpha, beta] = [await visibleTo(store, seesAlpha), await visibleTo(store, seesBeta)];
  const { findings: first } = await readTotals(store, new Date(), alpha);
  assert.deepEqual(await readTrend(store, 90, alpha), [{ day: await day(store, 0), counts: first }]);
  await pass(store, 3);
  await sql`UPDATE image_summary SET critical = critical + 1`.execute(store);
  const { findings: then } = await readTotals(store, new Date(), alpha);

  assert.notDeepEqual(then, first);
  assert.deepEqual(await readTrend(store, 90, alpha), [
    { day: await day(store, 3), counts: first },
    { day: await day(store, 0), counts: then },
  ]);
  assert.deepEqual(
    (await readTrend(store, 3, alpha)).map(({ counts }) => counts),
    [then],
    'only as far back as asked',
  );
  assert.equal((await readTrend(store, 90, beta)).length, 1, 'others have their own');
  assert.deepEqual(await readTrend(store, 90, { repositories: [] }), [], 'whoever sees nothing has none');
});

test('a day on which nobody looks and nothing changes is counted for everything and for each part', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  const seen = await askedForAlpha(store, 5);
  await pass(store, 1);

  assert.ok(await recount(store), 'a day begins');
  assert.equal(await recount(store), undefined, 'once is enough');
  await refreshReaches(store);

  assert.equal((await readTrend(store, 90, 'everything')).length, 2);
  const days = await keptDays(store, seen);
  assert.equal(days.length, 2);
  assert.deepEqual(days[0]?.counts, days[1]?.counts);
  assert.equal(await flawsCounted(store), 0, 'nothing else of it is counted');
});

test('the days of a part are forgotten with it', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  const seen = await askedForAlpha(store, 8);
  await refreshReaches(store);

  assert.deepEqual(await keptDays(store, seen), []);
});
