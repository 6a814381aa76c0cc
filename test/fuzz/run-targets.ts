import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { catalogerTargets } from './catalogers.ts';
import { formatTargets } from './formats.ts';
import { randomOf } from './random.ts';
import type { Target } from './target.ts';
import { versionSchemeTargets } from './version-schemes.ts';

export interface Errand {
  readonly seed: string;
  readonly seconds: number;
  /** `<target>:<number>` of one input to try alone. */
  readonly only: string | undefined;
  /** Where the number of the target and of the input under way stand, for whoever watches. */
  readonly progress: Int32Array;
  readonly inputMs: number;
}

export interface Failure {
  /** What `only` takes. */
  readonly input: string;
  readonly message: string;
  readonly saved: string;
}

export type Answer =
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly target: string; readonly inputs: number; readonly slowestMs: number };

export const targets: readonly Target[] = [...formatTargets, ...catalogerTargets, ...versionSchemeTargets];

const maxFailures = 3;

async function run({ seed, seconds, only, progress, inputMs }: Errand): Promise<void> {
  const share = (seconds * 1000) / targets.length;
  for (const [number, target] of targets.entries()) {
    if (only && !only.startsWith(`${target.name}:`)) continue;
    const end = performance.now() + share;
    let [inputs, slowestMs, failures] = [0, 0, 0];
    for (
      let at = only ? Number(only.slice(target.name.length + 1)) : 0;
      only ? inputs < 1 : performance.now() < end;
      at += 1
    ) {
      Atomics.store(progress, 0, number);
      Atomics.store(progress, 1, at);
      const name = `${target.name}:${at}`;
      const { failure, ms } = await tryOne(target, name, seed, inputMs);
      inputs += 1;
      slowestMs = Math.max(slowestMs, ms);
      if (failure) parentPort?.postMessage({ kind: 'failure', failure } satisfies Answer);
      failures += failure ? 1 : 0;
      if (failures >= maxFailures) break;
    }
    parentPort?.postMessage({ kind: 'done', target: target.name, inputs, slowestMs } satisfies Answer);
  }
}

/** Time is that of this thread on a processor: a busy machine is nobody's fault. */
async function tryOne(
  target: Target,
  name: string,
  seed: string,
  inputMs: number,
): Promise<{ readonly failure?: Failure; readonly ms: number }> {
  let input: unknown;
  const keep = (value: unknown) => {
    input = value;
  };
  const started = process.threadCpuUsage();
  let message: string | undefined;
  try {
    await target.attempt(randomOf(`${seed}/${name}`), keep);
  } catch (error) {
    message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.threadCpuUsage(started);
  const ms = (user + system) / 1000;
  if (ms > inputMs) message ??= `it took ${ms.toFixed(0)} ms`;
  return message === undefined ? { ms } : { ms, failure: { input: name, message, saved: save(input) } };
}

function save(input: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'breakwater-fuzz-')), 'input');
  const content = input instanceof Object && 'content' in input ? input.content : input;
  writeFileSync(path, Buffer.isBuffer(content) ? content : JSON.stringify(content ?? null));
  return path;
}

if (parentPort) await run(workerData as Errand);
