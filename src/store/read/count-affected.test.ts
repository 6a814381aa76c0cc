import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { seedEstate, smallEstate } from '../testing/seed-estate.ts';
import { type Affected, countAffected } from './count-affected.ts';
import { type ScopedGrant, visibleTo } from './visibility.ts';

let opened: TestStore;
let store: Store;

before(async () => {
  opened = await openTestStore();
  store = opened.store;
  await seedEstate(store, { ...smallEstate, images: 1_500 });
  await sql`INSERT INTO exception (scope, reason, kind, state, asked_by)
    VALUES ('{}', 'test', 'mitigated', 'approved', 'test')`.execute(store);
  await sql`INSERT INTO excepted (image, component, flaw, exception)
    SELECT image, component, flaw, (SELECT id FROM exception) FROM image_components, unnest(components) AS component
      JOIN candidate USING (component) WHERE (image + flaw) % 4 = 0 OR (flaw % 5 = 0 AND component % 2 = 0)`.execute(
    store,
  );
  // Lies in a place no more, and in another that it still has.
  await sql`UPDATE placement SET deleted = now() WHERE image % 10 = 0 AND repository % 2 = 0`.execute(store);
});
after(() => opened.close());

const callers: readonly (readonly [string, readonly ScopedGrant[]])[] = [
  ['everything', [{ role: 'reader', scope: { kind: 'all' } }]],
  ['a registry', [{ role: 'reader', scope: { kind: 'registry', value: 'alpha' } }]],
  ['repositories', [{ role: 'reader', scope: { kind: 'repository', value: 'beta/team-*' } }]],
  ['nothing', [{ role: 'reader', scope: { kind: 'registry', value: 'delta' } }]],
];

/** A row for each finding that stands in an image that the caller sees. */
async function countedOneByOne(flaw: number, grants: readonly ScopedGrant[]): Promise<Affected> {
  const visibility = await visibleTo(store, grants);
  const repositories = visibility === 'everything' ? undefined : [...visibility.repositories];
  const found = sql`SELECT image, component FROM image_components, unnest(components) AS component
      JOIN candidate USING (component) WHERE flaw = ${flaw}
      AND NOT EXISTS (SELECT FROM excepted AS e WHERE e.flaw = ${flaw} AND e.image = image_components.image AND e.component = candidate.component)
      AND (${!repositories} OR EXISTS (SELECT FROM placement WHERE placement.image = image_components.image
        AND deleted IS NULL AND repository = ANY(${repositories ?? []}::int[])))`;
  const components = await sql<
    Affected['components'][number]
  >`SELECT k.name, k.version, k.type, k.stream, severity, status, fixed, risk, since, images
    FROM (SELECT component, count(*)::int AS images FROM (${found}) AS found GROUP BY 1) AS counted
      JOIN candidate USING (component) JOIN component AS k ON k.id = component
    WHERE flaw = ${flaw} ORDER BY severity, images DESC, k.name, k.version, k.id`.execute(store);
  const images = await sql<{
    images: number;
  }>`SELECT count(DISTINCT image)::int AS images FROM (${found}) AS found`.execute(store);
  return { components: components.rows, images: images.rows[0]?.images ?? 0 };
}

for (const [name, grants] of callers)
  test(`whoever sees ${name} is told how many images have each package of a flaw, and how many have any`, async () => {
    const { rows } = await sql<{ flaw: number; pairs: number }>`SELECT flaw, count(*)::int AS pairs
      FROM image_components, unnest(components) AS component JOIN candidate USING (component) GROUP BY 1 ORDER BY 2`.execute(
      store,
    );
    const flaws = rows.filter((_, index) => index % 6 === 0 || index === rows.length - 1);
    assert.ok(
      flaws.some(({ pairs }) => pairs > 2_000) && flaws.some(({ pairs }) => pairs < 2_000),
      'rare and common ones',
    );
    for (const { flaw } of flaws)
      assert.deepEqual(
        await countAffected(store, flaw, await visibleTo(store, grants)),
        await countedOneByOne(flaw, grants),
        `flaw ${flaw}`,
      );
  });
