import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';

const program = new URL('../../bin/breakwater', import.meta.url).pathname;
const preload = new URL('./report-peak.ts', import.meta.url).href;

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
  readonly peakMiB: number;
  readonly seconds: number;
}

/** Runs the program as a user would, in a process of its own with an empty cache, and measures it. */
export async function runBreakwater(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const home = mkdtempSync(join(tmpdir(), 'breakwater-run-'));
  const peakFile = join(home, 'peak');
  const started = performance.now();
  try {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        BREAKWATER_CACHE_DIR: join(home, 'cache'),
        BREAKWATER_PEAK_FILE: peakFile,
        NODE_OPTIONS: `--import=${preload}`,
        ...environment,
      },
    });
    const text = { out: '', error: '' };
    child.stdout.on('data', (chunk) => {
      text.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.error += chunk;
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (...end) => resolve(end));
    });
    const seconds = (performance.now() - started) / 1000;
    const peakMiB = signal ? Number.NaN : Number(readFileSync(peakFile, 'utf8')) / 1024;
    return { code, signal, ...text, peakMiB, seconds };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The report of a scan that could do its job. */
export function reportOf({ out, error, code }: Run): Report {
  if (code !== 0) throw new Error(`the scan ended with ${code}: ${error}`);
  return JSON.parse(out) as Report;
}
