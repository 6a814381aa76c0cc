import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { countedReach } from '../reach.ts';
import { recount } from '../recount.ts';
import type { Store } from '../tables.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { countSummaries, seedEstate, smallEstate } from '../testing/seed-estate.ts';
import { readHistory, readImageHistory } from './history.ts';
import { listFindings, listFindingsOf } from './list-findings.ts';
import { listImages } from './list-images.ts';
import { listUpdates } from './list-recommendations.ts';
import { listVulnerabilities } from './list-vulnerabilities.ts';
import type { Page, PageRequest } from './page.ts';
import { listAffectedImages } from './read-vulnerability.ts';
import { type Visibility, type VisiblePart, visibleTo } from './visibility.ts';

let opened: TestStore;
let store: Store;
let part: VisiblePart;
/** The same, as it is in an estate where what callers see is counted beforehand. */
let counted: VisiblePart;
const terms = { dueDays: { critical: 7, high: 30, medium: 90, low: 180 }, today: '2026-01-01' };

before(async () => {
  opened = await openTestStore();
  store = opened.store;
  await seedEstate(store, smallEstate);
  // Many of equal rank, so that a page may end among them.
  await sql`UPDATE image SET pushed = date_trunc('day', pushed), scanned = date_trunc('day', scanned)`.execute(store);
  await sql`INSERT INTO exception (scope, reason, kind, state, asked_by, approved_at)
    VALUES ('{}', 'seed', 'mitigated', 'approved', 'seed', '2026-02-01')`.execute(store);
  await sql`INSERT INTO excepted (image, component, flaw, exception) SELECT image, component, flaw, (SELECT id FROM exception)
    FROM image_components, unnest(components) AS component JOIN candidate USING (component) WHERE (image + flaw) % 9 = 0`.execute(
    store,
  );
  // What one covered twice, and ended for good.
  const { numAffectedRows } =
    await sql`WITH ended AS (INSERT INTO exception (scope, reason, kind, state, asked_by, approved_at, ended_at)
      SELECT '{}', 'ended ' || n, 'mitigated', 'withdrawn', 'seed', '2026-01-01', '2026-01-03' FROM generate_series(1, 20) AS n RETURNING id)
    INSERT INTO excepted_past (image, component, flaw, exception, since, until, again)
    SELECT image, component, flaw, ended.id, at, at + interval '1 hour', true
    FROM ended, image_components, unnest(components) AS component JOIN candidate USING (component),
      unnest(ARRAY['2026-01-01', '2026-01-02']::timestamptz[]) AS at WHERE image BETWEEN 20 AND 29 AND flaw % 4 = 0`.execute(
      store,
    );
  assert.ok(numAffectedRows);
  await countSummaries(store);
  await recount(store);
  const seen = await visibleTo(store, [{ role: 'reader', scope: { kind: 'registry', value: 'alpha' } }]);
  assert.ok(seen !== 'everything' && seen.reach);
  part = seen;
  const reach = await countedReach(store, seen.reach);
  assert.ok(reach);
  counted = { ...seen, counted: reach };
});
after(() => opened.close());

interface List {
  readonly name: string;
  readonly read: (request: PageRequest, visibility: Visibility) => Promise<Page<unknown>>;
  readonly idOf: (row: never) => string;
}

const digestOf = (row: { digest: string }) => row.digest;
const lists: readonly List[] = [
  ...(['risk', 'name', 'pushed', 'scanned', 'critical'] as const).flatMap((sort) =>
    (['asc', 'desc'] as const).map((direction) => ({
      name: `images by ${sort}, ${direction}`,
      read: (request: PageRequest, visibility: Visibility) =>
        listImages(store, { ...request, sort, direction }, visibility),
      idOf: digestOf,
    })),
  ),
  {
    name: 'images that a search finds',
    read: (request, visibility) => listImages(store, { ...request, sort: 'risk', q: 'app-' }, visibility),
    idOf: digestOf,
  },
  ...(['risk', 'images', 'epss', 'id', 'firstSeen'] as const).map((sort) => ({
    name: `vulnerabilities by ${sort}`,
    read: (request: PageRequest, visibility: Visibility) =>
      listVulnerabilities(store, { ...request, sort }, visibility),
    idOf: ({ id }: { id: string }) => id,
  })),
  {
    name: 'findings',
    read: (request, visibility) => listFindings(store, request, visibility),
    idOf: ({ id }: { id: string }) => id,
  },
  {
    name: 'findings of an image',
    read: (request, visibility) => listFindingsOf(store, 21, request, visibility),
    idOf: ({ id }: { id: string }) => id,
  },
  {
    name: 'images of a vulnerability',
    read: (request, visibility) => listAffectedImages(store, 40, request, visibility),
    idOf: (row: { digest: string; package: { name: string; version: string } }) =>
      `${row.digest} ${row.package.name} ${row.package.version}`,
  },
  {
    name: 'recommendations',
    read: (request, visibility) => listUpdates(store, request, visibility, terms),
    idOf: ({ key }: { key: string }) => key,
  },
  {
    name: 'history of an image',
    read: (request, visibility) => readImageHistory(store, 21, request, visibility),
    idOf: (row: { text: string; at: string }) => row.text + row.at,
  },
  {
    name: 'history',
    read: (request, visibility) => readHistory(store, request, visibility),
    idOf: (row: { text: string; at: string }) => row.text + row.at,
  },
];

for (const { name, read, idOf } of lists)
  test(`pages of ${name} together are the whole list, in its order, nothing twice`, async () => {
    for (const visibility of ['everything', part, counted] as const) {
      const whole = (await read({ limit: 500_000 }, visibility)).items.map((row) => idOf(row as never));
      assert.ok(whole.length > 3, `${whole.length} rows are there to be paged through`);
      assert.equal(new Set(whole).size, whole.length);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: Math.ceil(whole.length / 8), max: whole.length + 1 }), async (limit) => {
          const paged: string[] = [];
          let cursor: string | undefined;
          do {
            const page: Page<unknown> = await read({ limit, cursor }, visibility);
            assert.ok(page.items.length <= limit);
            paged.push(...page.items.map((row) => idOf(row as never)));
            cursor = page.next;
          } while (cursor !== undefined && paged.length <= whole.length);
          assert.deepEqual(paged, whole);
        }),
        { numRuns: 3 },
      );
    }
  });

test('what is counted in very many images is listed as what few have', async () => {
  const { rows } = await sql<{
    flaw: number;
    id: string;
    package: string;
  }>`SELECT candidate.flaw, flaw.name AS id, component.name AS package
    FROM candidate JOIN flaw ON flaw.id = candidate.flaw JOIN component ON component.id = candidate.component
    ORDER BY candidate.flaw, component.id LIMIT 40`.execute(store);
  const read = () =>
    Promise.all(
      rows.flatMap(({ flaw, id, package: named }) =>
        (['everything', part] as const).flatMap((visibility) => [
          listAffectedImages(store, flaw, { limit: 7 }, visibility),
          listImages(store, { vulnerability: id, sort: 'risk', limit: 7 }, visibility),
          listImages(store, { package: named, sort: 'name', limit: 7 }, visibility),
        ]),
      ),
    );
  const few = await read();
  assert.ok(few.some(({ items }) => items.length === 7));
  await sql`UPDATE flaw_summary SET images = images + 1000000`.execute(store);
  await sql`UPDATE package_summary SET images = images + 1000000`.execute(store);
  const many = await read();
  await sql`UPDATE flaw_summary SET images = images - 1000000`.execute(store);
  await sql`UPDATE package_summary SET images = images - 1000000`.execute(store);

  assert.deepEqual(many, few);
});

test('the first page tells how many rows there are', async () => {
  const filters = [
    {},
    { q: 'app-1' },
    { severity: ['critical'] as const },
    { registry: ['beta'] },
    { state: ['failed'] },
  ];
  for (const filter of filters)
    for (const visibility of ['everything', part] as const) {
      const whole = await listImages(store, { ...filter, sort: 'risk', limit: 500 }, visibility);
      const first = await listImages(store, { ...filter, sort: 'risk', limit: 1 }, visibility);
      assert.equal(first.total, whole.items.length, JSON.stringify(filter));
    }
});

const invented = [
  '',
  'x',
  '////',
  Buffer.from('[]').toString('base64url'),
  Buffer.from('["images-risk","desc","1","x"]').toString('base64url'),
];
for (const [name, cursor] of [
  ...invented.map((cursor) => ['an invented cursor', cursor] as const),
  ['a number too large', Buffer.from('["images-risk","desc","9e99","1"]').toString('base64url')] as const,
  ['a number too small', Buffer.from('["images-risk","desc","1e-99","1"]').toString('base64url')] as const,
  ['the cursor of another order', Buffer.from('["images-name","asc","a","1"]').toString('base64url')] as const,
])
  test(`${name} (${cursor}) is refused as a request`, async () => {
    await assert.rejects(listImages(store, { sort: 'risk', limit: 5, cursor }, 'everything'), {
      code: 'REQUEST_INVALID',
    });
  });

test('no cursor that anybody makes up is more than refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('risk', 'pushed', 'name'),
      fc.string(),
      fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String)),
      async (sort, a, b) => {
        const cursor = Buffer.from(JSON.stringify([`images-${sort}`, sort === 'name' ? 'asc' : 'desc', b, a])).toString(
          'base64url',
        );
        await listImages(store, { sort, limit: 1, cursor }, 'everything').catch((error) =>
          assert.equal(error.code, 'REQUEST_INVALID'),
        );
      },
    ),
    { numRuns: 60 },
  );
});
