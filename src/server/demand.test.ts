import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDemand, leaveRoom } from './demand.ts';

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

test('room is left while much is asked, and never for longer than was said', async () => {
  const waits = async (isHigh: () => boolean, atMostMs: number) => {
    const began = performance.now();
    await leaveRoom({ count: () => undefined, perSecond: () => 0, isHigh }, atMostMs);
    return performance.now() - began;
  };

  assert.ok((await waits(() => false, 10_000)) < 200);
  assert.ok((await waits(() => true, 300)) >= 290);
  const looks = [true, true];
  assert.ok((await waits(() => looks.pop() === true, 60_000)) < 5_000, 'no longer than it lasts');
});
