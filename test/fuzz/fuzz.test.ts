import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Answer, type Errand, type Failure, targets } from './run-targets.ts';

/** How long one input may take. */
const inputMs = 2000;
/** When an input that does not come back is given up. A busy machine takes its time. */
const hangMs = 30_000;

/**
 * Nearly real inputs for everything that reads what others wrote. A failure names the input; to try it alone:
 * BREAKWATER_FUZZ_SEED=<seed> BREAKWATER_FUZZ_ONLY='<target>:<number>' npm run fuzz
 */
test('nothing that is read can crash, stall or confuse its reader', async (t) => {
  const {
    BREAKWATER_FUZZ_SEED: seed = String(randomInt(2 ** 40)),
    BREAKWATER_FUZZ_SECONDS,
    BREAKWATER_FUZZ_ONLY: only,
  } = process.env;
  const seconds = Number(BREAKWATER_FUZZ_SECONDS ?? 60);
  t.diagnostic(`seed ${seed}, ${seconds} s for ${targets.length} targets`);

  const failures = await fuzz(t, { seed, seconds, only, inputMs });

  assert.deepEqual(failures, []);
});

async function fuzz(t: TestContext, errand: Omit<Errand, 'progress'>): Promise<readonly Failure[]> {
  const progress = new Int32Array(new SharedArrayBuffer(8));
  const failures: Failure[] = [];
  const worker = new Worker(new URL('./run-targets.ts', import.meta.url), { workerData: { ...errand, progress } });
  const underWay = () => `${targets[Atomics.load(progress, 0)]?.name}:${Atomics.load(progress, 1)}`;
  let [last, since] = ['', Date.now()];
  const watch = setInterval(() => {
    const now = underWay();
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() - since < hangMs) return;
    failures.push({ input: now, message: `it did not come back in ${hangMs} ms`, saved: '' });
    void worker.terminate();
  }, 250);
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'failure') failures.push(answer.failure);
    else t.diagnostic(`${answer.target}: ${answer.inputs} inputs, slowest ${answer.slowestMs.toFixed(0)} ms`);
  });
  worker.on('error', (error) => failures.push({ input: underWay(), message: String(error.stack ?? error), saved: '' }));
  await new Promise((resolve) => worker.once('exit', resolve));
  clearInterval(watch);
  return failures;
}
