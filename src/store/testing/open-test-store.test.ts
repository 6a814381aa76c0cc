import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestStore } from './open-test-store.ts';

test('gives every test an empty, migrated database of its own', async () => {
  await using first = await openTestStore();
  await using second = await openTestStore();

  await first.store.insertInto('setting').values({ name: 'a', value: '1' }).execute();

  assert.deepEqual(await first.store.selectFrom('setting').selectAll().execute(), [{ name: 'a', value: 1 }]);
  assert.deepEqual(await second.store.selectFrom('setting').selectAll().execute(), []);
});

test('a closed one can be closed again', async () => {
  const opened = await openTestStore();

  await opened.close();
  await opened.close();
});
