import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { isAmong } from './is-among.ts';
import { openTestStore, type TestStore } from './testing/open-test-store.ts';

let opened: TestStore;
const highest = 500;

before(async () => {
  opened = await openTestStore();
});
after(() => opened.close());

async function among(list: readonly number[]): Promise<readonly number[]> {
  const condition = isAmong(sql.ref('number'), list);
  const { rows } = await sql<{ number: number }>`SELECT number FROM generate_series(1, ${highest}) AS number
    WHERE ${condition} ORDER BY 1`.execute(opened.store);
  return rows.map(({ number }) => number);
}

/** How many values PostgreSQL is told for a list, and how many characters they have. */
function toldFor(list: readonly number[]): { readonly values: number; readonly characters: number } {
  const { parameters } = sql`SELECT ${isAmong(sql.ref('number'), list)}`.compile(opened.store);
  return { values: parameters.length, characters: parameters.join('').length };
}

const run = fc
  .tuple(fc.integer({ min: 1, max: highest }), fc.integer({ min: 0, max: 40 }))
  .map(([first, more]) => Array.from({ length: more + 1 }, (_, at) => first + at).filter((each) => each <= highest));
const anyList = fc.array(run, { maxLength: 30 }).map((runs) => [...new Set(runs.flat())]);

test('exactly the numbers of the list are among it, in whichever order it is', async () => {
  await fc.assert(
    fc.asyncProperty(anyList, fc.boolean(), async (list, ascends) => {
      const ascending = list.toSorted((a, b) => a - b);
      assert.deepEqual(await among(ascends ? ascending : list), ascending);
    }),
    { numRuns: 150 },
  );
});

test('nothing is among an empty list', async () => {
  assert.deepEqual(await among([]), []);
});

test('a long list is told in a few numbers, and has never more bounds than a statement bears', () => {
  const long = Array.from({ length: 50_000 }, (_, at) => at + 1);
  assert.ok(toldFor(long).characters < 10);
  assert.ok(toldFor(long.filter((each) => each !== 30_000)).characters < 30);
  const torn = long.filter((each) => each % 10 !== 0);
  assert.ok(toldFor(torn).values <= 33);
  assert.equal(toldFor([1, 5, 9]).values, 1);
});
