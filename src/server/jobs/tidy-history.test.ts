import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { changeSettings } from '../settings.ts';
import { openTestContext, type TestContext } from '../testing/test-context.ts';
import { runTick } from './tick.ts';

let context: TestContext;
let clock = Date.UTC(2026, 5, 1);

before(async () => {
  context = await openTestContext({ parts: { now: () => new Date(clock) } });
});
after(() => context.close());

async function keptDays(): Promise<readonly string[]> {
  const { rows } = await sql<{ day: string }>`SELECT day::text FROM day_summary ORDER BY day`.execute(context.store);
  return rows.map(({ day }) => day);
}

test('history is kept for as many days as administrators say, from the next hour on', async () => {
  const days = ['2026-05-01', '2026-05-20', '2026-05-30'];
  for (const day of days) await context.store.insertInto('day_summary').values({ day, counts: '{}' }).execute();
  await runTick(context);
  assert.deepEqual(await keptDays(), days, 'two years when nothing is said');

  await changeSettings(context.store, { historyDays: 7 });
  clock += 59 * 60_000;
  await runTick(context);
  assert.deepEqual(await keptDays(), days, 'once an hour is enough');

  clock += 60_000;
  await runTick(context);

  assert.deepEqual(await keptDays(), ['2026-05-30']);
});
