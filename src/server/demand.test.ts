import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDemand } from './demand.ts';

test('what was answered in the last second counts, and nothing older', () => {
  let clock = 0;
  const demand = createDemand(() => clock);
  for (let at = 0; at < 30; at += 1) demand.count();
  assert.equal(demand.perSecond(), 30);
  clock = 1_500;
  demand.count();
  assert.equal(demand.perSecond(), 30, 'the second before, until this one is over');
  clock = 2_600;
  assert.equal(demand.perSecond(), 1);
  clock = 5_000;
  assert.equal(demand.perSecond(), 0);
});
