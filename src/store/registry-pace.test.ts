import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { addRegistry } from './registries.ts';
import { restRegistry, takeTurns } from './registry-pace.ts';
import { openTestStore, type TestStore } from './testing/open-test-store.ts';

let database: TestStore;
before(async () => {
  database = await openTestStore();
});
after(() => database.close());

let serial = 0;
async function added(): Promise<number> {
  serial += 1;
  const row = { name: `r${serial}`, kind: 'distribution', host: 'a.test', settings: {}, secrets: null };
  return (await addRegistry(database.store, { ...row, notificationSecret: Buffer.alloc(1) }))?.id ?? 0;
}

const rules = { gapMs: 100, burstMs: 0, longestWaitMs: 60_000 };

async function firstInMs(registry: number, count: number, burstMs = 0): Promise<number> {
  const turns = await takeTurns(database.store, { ...rules, registry, count, burstMs });
  assert.ok('firstInMs' in turns);
  return turns.firstInMs;
}

test('turns of one registry follow each other, however many take them at once; each registry has its own', async () => {
  const [one, other] = [await added(), await added()];
  await firstInMs(one, 1);

  const firsts = await Promise.all(Array.from({ length: 8 }, () => firstInMs(one, 10)));

  for (const [index, first] of firsts.toSorted((a, b) => a - b).entries())
    assert.ok(Math.abs(first - (100 + index * 1_000)) < 90, `${index}: ${first}`);
  assert.ok((await firstInMs(other, 1)) <= 0);
});

test('turns that nobody took are there for a while, and no longer', async () => {
  const registry = await added();
  await firstInMs(registry, 1, 500);
  await sql`UPDATE registry_pace SET due = due - interval '1 hour' WHERE registry = ${registry}`.execute(
    database.store,
  );

  assert.ok(Math.abs((await firstInMs(registry, 5, 500)) + 500) < 90);
  assert.ok(Math.abs(await firstInMs(registry, 5, 500)) < 90);
});

test('a registry that rests gives turns from then on, and none at all while it rests long', async () => {
  const registry = await added();
  await restRegistry(database.store, registry, 30_000);
  await restRegistry(database.store, registry, 10);
  assert.ok(Math.abs((await firstInMs(registry, 1)) - 30_000) < 500);

  await restRegistry(database.store, registry, 3_600_000);
  for (let time = 0; time < 3; time += 1) {
    const turns = await takeTurns(database.store, { ...rules, registry, count: 100 });
    assert.ok('restMs' in turns && Math.abs(turns.restMs - 3_600_000) < 500);
  }
});

test('a clock that was set back holds the requests up for a minute, not for as long as it was wrong', async () => {
  const registry = await added();
  await firstInMs(registry, 1);
  await sql`UPDATE registry_pace SET due = due + interval '1 day' WHERE registry = ${registry}`.execute(database.store);

  assert.ok((await firstInMs(registry, 1)) <= 60_000);
});
