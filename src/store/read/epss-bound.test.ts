import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { openTestStore } from '../testing/open-test-store.ts';
import { epssBound } from './epss-bound.ts';

test('scores are compared as they are written, and no bound is too small to be asked for', async () => {
  await using database = await openTestStore();
  const { store } = database;
  const isAtLeast = async (score: number, bound: number) => {
    const { rows } = await sql<{ is: boolean }>`SELECT ${score}::float8::real >= ${epssBound(bound)} AS is`.execute(
      store,
    );
    return rows[0]?.is;
  };
  const scores = fc.integer({ min: 0, max: 100_000 }).map((number) => number / 100_000);

  await fc.assert(
    fc.asyncProperty(scores, scores, async (score, bound) => (await isAtLeast(score, bound)) === score >= bound),
    { numRuns: 200 },
  );
  for (const bound of [6.9e-72, 5e-324, 1e-46]) {
    assert.equal(await isAtLeast(0, bound), false);
    assert.equal(await isAtLeast(0.00001, bound), true);
  }
});
