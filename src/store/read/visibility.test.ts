import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { connect } from '../connect.ts';
import { silentLog } from '../store-log.ts';
import type { Store } from '../tables.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { type ScopedGrant, visibleTo } from './visibility.ts';

let opened: TestStore;
let store: Store;

beforeEach(async () => {
  opened = await openTestStore();
  store = opened.store;
  await sql`INSERT INTO registry (name, kind, host, settings, notification_secret)
    SELECT name, 'distribution', name || '.example', '{}', '' FROM unnest(ARRAY['alpha', 'beta']) AS name`.execute(
    store,
  );
  for (const name of ['shop/cart', 'shop/till', 'bank/ledger']) await addRepository('alpha', name);
  await addRepository('beta', 'shop/cart');
});
afterEach(() => opened.close());

const reads = (kind: string, value: string): ScopedGrant => ({ role: 'reader', scope: { kind, value } });
const alpha = reads('registry', 'alpha');
const alphasShop = reads('repository', 'alpha/shop/*');

async function addRepository(registry: string, name: string): Promise<void> {
  await sql`INSERT INTO repository (registry, name) SELECT id, ${name} FROM registry WHERE name = ${registry}`.execute(
    store,
  );
}

async function repositoriesSeen(of: Store, ...grants: readonly ScopedGrant[]): Promise<readonly number[]> {
  const seen = await visibleTo(of, grants);
  assert.ok(seen !== 'everything');
  return seen.repositories;
}

async function namesSeen(of: Store, ...grants: readonly ScopedGrant[]): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`SELECT registry.name || '/' || repository.name AS name
    FROM repository JOIN registry ON registry.id = registry
    WHERE repository.id = ANY(${[...(await repositoriesSeen(of, ...grants))]}::int[]) ORDER BY 1`.execute(of);
  return rows.map(({ name }) => name);
}

test('which repositories a grant reaches is found once for many requests, and again a second later', async () => {
  const first = await repositoriesSeen(store, alpha);
  assert.equal(await repositoriesSeen(store, alpha), first);
  assert.equal(await repositoriesSeen(store, alpha, alpha), first, 'the same said twice');
  await wait(1_050);

  assert.notEqual(await repositoriesSeen(store, alpha), first);
  assert.deepEqual(await repositoriesSeen(store, alpha), first);
});

test('what a caller was granted, or no longer is, counts with the next request', async () => {
  assert.deepEqual(await namesSeen(store, alphasShop), ['alpha/shop/cart', 'alpha/shop/till']);
  assert.deepEqual(await namesSeen(store, alphasShop, reads('registry', 'beta')), [
    'alpha/shop/cart',
    'alpha/shop/till',
    'beta/shop/cart',
  ]);
  assert.deepEqual(await namesSeen(store, reads('registry', 'beta')), ['beta/shop/cart']);
  assert.deepEqual(await namesSeen(store), []);
});

const changes: readonly (readonly [string, (of: Store) => Promise<unknown>, readonly string[]])[] = [
  [
    'a repository that comes is seen at once',
    (of) =>
      sql`INSERT INTO repository (registry, name) SELECT id, 'shop/new' FROM registry WHERE name = 'alpha'`.execute(of),
    ['alpha/shop/cart', 'alpha/shop/new', 'alpha/shop/till'],
  ],
  [
    'a registry with another name is no longer seen at once',
    (of) => sql`UPDATE registry SET name = 'gamma' WHERE name = 'alpha'`.execute(of),
    [],
  ],
  [
    'a registry that takes the name of another is seen in its place at once',
    async (of) => {
      await sql`UPDATE registry SET name = 'gamma' WHERE name = 'alpha'`.execute(of);
      await sql`UPDATE registry SET name = 'alpha' WHERE name = 'beta'`.execute(of);
    },
    ['alpha/shop/cart'],
  ],
  ['a registry that goes is gone at once', (of) => sql`DELETE FROM registry WHERE name = 'alpha'`.execute(of), []],
];

for (const [name, change, left] of changes)
  test(`${name}, by another replica too`, async () => {
    await repositoriesSeen(store, alphasShop);
    const other = connect({ url: opened.url, log: silentLog });
    await change(other.store);
    await other.close();

    assert.deepEqual(await namesSeen(store, alphasShop), left);
  });
