import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { forgetRemembered, rememberShortly } from './short-memory.ts';
import type { Store } from './tables.ts';

const store = () => ({}) as Store;

test('who asks the same meanwhile shares one answer; who asks later gets a new one', async () => {
  const own = store();
  let made = 0;
  const ask = () => rememberShortly(own, ['overview', 1], 30, async () => ++made);
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  assert.equal(await ask(), 1);
  await wait(40);
  assert.equal(await ask(), 2);
});

test('an answer that goes with a state stands only while that is the same', async () => {
  const own = store();
  let made = 0;
  const ask = (state: string) => rememberShortly(own, 'a', 1_000, async () => ++made, state);
  assert.equal(await ask('before'), 1);
  assert.equal(await ask('before'), 1);
  assert.equal(await ask('after'), 2);
  assert.equal(await ask('before'), 3);
});

test('another question and another store have answers of their own', async () => {
  const own = store();
  assert.equal(await rememberShortly(own, ['a'], 1_000, async () => 1), 1);
  assert.equal(await rememberShortly(own, ['b'], 1_000, async () => 2), 2);
  assert.equal(await rememberShortly(store(), ['a'], 1_000, async () => 3), 3);
});

test('a failure is not remembered', async () => {
  const own = store();
  await assert.rejects(
    rememberShortly(own, 'a', 1_000, () => Promise.reject(new Error('once'))),
    /once/,
  );
  assert.equal(await rememberShortly(own, 'a', 1_000, async () => 1), 1);
});

test('after a change everything is asked for anew', async () => {
  const own = store();
  await rememberShortly(own, 'a', 1_000, async () => 1);
  forgetRemembered(own);
  assert.equal(await rememberShortly(own, 'a', 1_000, async () => 2), 2);
});
