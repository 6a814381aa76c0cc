import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everySoOften } from './every-so-often.ts';

test('says yes once for each time that has passed, and for several at once only once', () => {
  let clock = 5_000;
  const isDue = everySoOften(100, () => clock);
  const answers = [5_000, 5_099, 5_100, 5_199, 5_600, 5_601, 5_700].map((time) => {
    clock = time;
    return isDue();
  });

  assert.deepEqual(answers, [false, false, true, false, true, false, true]);
});
