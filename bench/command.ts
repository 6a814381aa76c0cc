import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A program to run for its time or its memory; what it prints is thrown away. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes that mean it did its work; 0 alone when absent. */
  readonly exitCodes?: readonly number[];
}

/** Wall time of one run, in ms, from before the start to after the end of the process. */
export function timeOf(command: Command): number {
  const start = performance.now();
  const { status, error, stderr } = spawnSync(command.program, command.args, {
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  });
  const ms = performance.now() - start;
  assertDone(command, status, error, stderr.toString());
  return ms;
}

/**
 * Largest resident memory of one run, in MB (10^6 bytes): the kernel's own high-water mark, read every few
 * milliseconds because it goes with the process. Linux only.
 */
export async function peakMemoryOf(command: Command): Promise<number> {
  const child = spawn(command.program, command.args, {
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, highWaterMark(child.pid));
  }, sampleMs);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  assertDone(command, status, undefined, told);
  return peak;
}

const sampleMs = 2;

function highWaterMark(pid: number | undefined): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return (Number(line?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

function assertDone({ program, args, exitCodes = [0] }: Command, status: number | null, error: unknown, told: string) {
  if (!error && status !== null && exitCodes.includes(status)) return;
  throw new Error(`${[program, ...args].join(' ')} ended with ${status}: ${error ?? told.trim().slice(-2000)}`);
}

/** Runs every side once to warm caches, then all of them in turn, so that what else the machine does meets each alike. */
export function inTurn<Side extends string>(
  sides: Readonly<Record<Side, () => number>>,
  runs: number,
): Record<Side, readonly number[]> {
  const entries = Object.entries(sides) as [Side, () => number][];
  const figures = new Map<Side, number[]>(entries.map(([side]) => [side, []]));
  for (const [, measure] of entries) measure();
  for (let run = 0; run < runs; run += 1) {
    for (const [side, measure] of entries) figures.get(side)?.push(measure());
  }
  return Object.fromEntries(figures) as Record<Side, number[]>;
}
