import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { connect } from './connect.ts';
import { silentLog as log } from './store-log.ts';
import { openTestStore } from './testing/open-test-store.ts';
import { rememberRefusals } from './write-refusals.ts';

const raise = (state: string) => `DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '${state}'; END $$`;

test('a write that was refused for want of room is remembered for a moment, another error is not', async () => {
  await using database = await openTestStore();
  let now = 0;
  const refusals = rememberRefusals(() => now);
  const { store, close } = connect({ url: database.url, log, refusals });

  await assert.rejects(sql.raw(raise('23505')).execute(store));
  assert.equal(refusals.isRecent(), false);
  await assert.rejects(sql.raw(raise('53100')).execute(store), { code: 'STORE_UNAVAILABLE' });
  assert.equal(refusals.isRecent(), true);
  now += 60_000;
  assert.equal(refusals.isRecent(), false);
  await close();
});
