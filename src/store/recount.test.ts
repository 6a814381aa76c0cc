import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { recount } from './recount.ts';
import type { Store } from './tables.ts';
import { openTestStore } from './testing/open-test-store.ts';
import { seedEstate, smallEstate } from './testing/seed-estate.ts';

/** The same by counting every finding, as no larger estate could bear. */
async function countedOneByOne(store: Store) {
  const findings = sql`(SELECT held.image, c.*, k.type, k.stream, k.software, k.name AS package, coalesce(c.upgrade_to, c.fixed[1]) AS target
    FROM image_components AS held CROSS JOIN unnest(held.components) AS part JOIN candidate AS c ON c.component = part
      JOIN component AS k ON k.id = part
    WHERE NOT EXISTS (SELECT FROM excepted AS e WHERE e.image = held.image AND e.component = c.component AND e.flaw = c.flaw)) AS finding`;
  const flaws = await sql`SELECT flaw, count(DISTINCT image)::int AS images, min(severity) AS severity,
      max(risk) AS risk, bool_or(status = 0) AS fixable, (array_agg(DISTINCT package))[1:10] AS packages,
      array_agg(DISTINCT type) AS types FROM ${findings} GROUP BY flaw ORDER BY flaw`.execute(store);
  const updates =
    await sql`SELECT type, stream, software, target, count(DISTINCT image)::int AS images, count(*)::int AS removes,
      count(*) FILTER (WHERE severity = 1)::int AS high, max(risk) AS risk
    FROM ${findings} WHERE target IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`.execute(store);
  const packages =
    await sql`SELECT k.type, k.name, count(DISTINCT held.image)::int AS images, count(DISTINCT k.id)::int AS versions
    FROM image_components AS held CROSS JOIN unnest(held.components) AS part JOIN component AS k ON k.id = part
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(store);
  return { flaws: flaws.rows, updates: updates.rows, packages: packages.rows };
}

async function prepared(store: Store) {
  const flaws =
    await sql`SELECT flaw, images, severity, risk, fixable, packages, types FROM flaw_summary ORDER BY flaw`.execute(
      store,
    );
  const updates =
    await sql`SELECT type, stream, software, target, images, critical + high + medium + low + negligible + unknown AS removes, high, risk
    FROM update_summary WHERE images > 0 ORDER BY 1, 2, 3, 4`.execute(store);
  const packages = await sql`SELECT type, name, images, versions FROM package_summary ORDER BY 1, 2`.execute(store);
  return { flaws: flaws.rows, updates: updates.rows, packages: packages.rows };
}

const edits: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['images go', (store) => sql`DELETE FROM image_components WHERE image % 4 = 1`.execute(store)],
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
  ['the exception goes', (store) => sql`DELETE FROM excepted`.execute(store)],
  [
    'versions to upgrade to change',
    (store) => sql`UPDATE candidate SET upgrade_to = '2.0.0' WHERE flaw % 4 = 2 AND status = 0`.execute(store),
  ],
  ['nothing is left', (store) => sql`DELETE FROM image_components`.execute(store)],
];

test('the counts are what counting every finding gives, after whatever changes', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  const first = await prepared(store);
  assert.ok(first.flaws.length > 10 && first.updates.length > 5 && first.packages.length > 10);
  assert.deepEqual(first, await countedOneByOne(store));
  for (const [what, edit] of edits) {
    await edit(store);
    assert.ok(await recount(store), `${what}: it is noticed`);
    assert.deepEqual(await prepared(store), await countedOneByOne(store), what);
  }
});

test('where nothing changed, nothing is counted; what changes meanwhile is counted the next time', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  assert.ok(await recount(store));
  assert.equal(await recount(store), undefined);
  await store.transaction().execute(async (transaction) => {
    await sql`DELETE FROM image_components WHERE image = 3`.execute(transaction);
    assert.equal(await recount(store), undefined, 'it is not there before it is committed');
  });
  assert.ok(await recount(store));
});

test('two that recount at once do not wait for each other, and one does it', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  const done = await Promise.all([recount(store), recount(store), recount(store)]);
  assert.ok(done.some((result) => result !== undefined));
  assert.deepEqual(await prepared(store), await countedOneByOne(store));
});

test('an update that no image needs any more stays, as gone', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  await sql`DELETE FROM image_components`.execute(store);
  await recount(store);
  const { rows } = await sql<{ gone: Date | null; images: number }>`SELECT gone, images FROM update_summary`.execute(
    store,
  );
  assert.ok(rows.length > 0 && rows.every(({ gone, images }) => gone !== null && images === 0));
});

test('a day has one point, the last of it', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await seedEstate(store, smallEstate);
  await recount(store);
  await sql`UPDATE image_summary SET critical = critical + 1`.execute(store);
  await store.insertInto('estate_change').defaultValues().execute();
  await recount(store);
  const { rows } = await sql<{
    counts: { critical: number };
    sum: number;
  }>`SELECT counts, (SELECT sum(critical)::int FROM image_summary) AS sum FROM day_summary`.execute(store);
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.counts.critical, rows[0]?.sum);
});
