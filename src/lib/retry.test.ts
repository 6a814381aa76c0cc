import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backOffMs, type Outcome, parseRetryAfter, retrying, sleep } from './retry.ts';

test('waits double up to a limit and never fall in step', () => {
  const shortest = [0, 1, 2, 3, 10, 2000].map((failures) => backOffMs(failures, () => 0));
  const longest = [0, 1, 2, 3, 10, 2000].map((failures) => backOffMs(failures, () => 1));

  assert.deepEqual(shortest, [125, 250, 500, 1000, 7500, 7500]);
  assert.deepEqual(longest, [250, 500, 1000, 2000, 15_000, 15_000]);
});

test('Retry-After is read as seconds or as a date, and as nothing else', () => {
  const now = Date.parse('2026-10-21T07:28:00Z');
  const cases = [
    ['120', 120_000],
    [' 0 ', 0],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:00:00 GMT', 0],
    ['-5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['Wed, 99 Oct 2026 07:28:30 GMT', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const;

  for (const [header, expected] of cases) assert.equal(parseRetryAfter(header, now), expected, header);
});

test('attempts end with the first that is done, the last that is allowed, or one that is final', async () => {
  const failed = (error: string, again: boolean): Outcome<string> => ({ done: false, error: new Error(error), again });
  const run = async (outcomes: Outcome<string>[], retries: number) => {
    let at = 0;
    const result = await retrying(async () => outcomes[at++]!, { retries }).catch((error: Error) => error.message);
    return `${result} after ${at}`;
  };

  assert.equal(await run([failed('a', true), { done: true, value: 'b' }], 3), 'b after 2');
  assert.equal(await run([failed('a', true), failed('b', true), failed('c', true)], 1), 'b after 2');
  assert.equal(await run([failed('a', false), failed('b', true)], 3), 'a after 1');
  assert.equal(
    await run([{ done: false, error: new Error('later'), again: true, afterMs: 61_000 }], 3),
    'later after 1',
  );
});

test('a wait can be cut short', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('stop')), 10);

  await assert.rejects(sleep(60_000, stop.signal), /stop/);
  await assert.rejects(sleep(60_000, stop.signal), /stop/);
});
