import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnstile } from './turnstile.ts';

test('so many are inside, so many wait in order, and the rest is sent away', async () => {
  const turnstile = createTurnstile(2, 3);
  const order: number[] = [];
  const doors: (() => void)[] = [];
  let inside = 0;
  let most = 0;
  const visit = (name: number) =>
    turnstile.pass(async () => {
      most = Math.max(most, ++inside);
      order.push(name);
      await new Promise<void>((leave) => doors.push(leave));
      inside--;
      if (name === 2) throw new Error('two fell');
      return name;
    });
  const visits = [1, 2, 3, 4, 5, 6, 7].map(visit);
  assert.deepEqual(
    visits.map((one) => one === undefined),
    [false, false, false, false, false, true, true],
  );
  const ends = Promise.allSettled(visits);
  while (order.length < 5 || doors.length > 0) {
    doors.shift()?.();
    await new Promise((next) => setImmediate(next));
  }
  assert.deepEqual(
    (await ends).map(({ status }) => status),
    ['fulfilled', 'rejected', ...Array(5).fill('fulfilled')],
  );
  assert.deepEqual([order, most], [[1, 2, 3, 4, 5], 2]);
  assert.equal(await turnstile.pass(async () => 'room again'), 'room again');
});
