import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Pace } from '../../images/registry/pace.ts';
import { programBeside } from '../../lib/beside.ts';
import type { ScanErrand, ScanOutcome, ScanProgress, WorkerMessage, WorkerOrder } from './protocol.ts';
import { answerTurns } from './turns.ts';

/** Scan workers: processes that may die without taking anything along. */
export interface WorkerPool {
  /** Waits for a free worker. Never rejects. */
  readonly scan: (errand: ScanErrand, options?: ScanOptions) => Promise<ScanOutcome>;
  /** How many scans run or wait. */
  readonly busy: () => number;
  /** Ends all workers; what they did is answered as crashed. */
  readonly close: () => Promise<void>;
}

export interface ScanOptions {
  readonly onProgress?: (progress: ScanProgress) => void;
  readonly signal?: AbortSignal;
  /** Of the registry that the image is pulled from. */
  readonly pace?: Pace | undefined;
  /** Goes before scans that wait for a worker without being first themselves. */
  readonly isFirst?: boolean;
}

export interface WorkerPoolOptions {
  readonly workers: number;
  /** MB (10^6 bytes) of resident memory that one worker may take. */
  readonly memoryMb: number;
  /** ms that a scan may take on top of what the errand allows itself, before its worker is ended. */
  readonly graceMs?: number;
}

interface Worker {
  readonly child: ChildProcess;
  scans: number;
  idle?: NodeJS.Timeout;
}

interface Waiting {
  readonly go: () => void;
  readonly isFirst: boolean;
}

function addWaiting(waiting: Waiting[], one: Waiting): void {
  const at = one.isFirst ? waiting.findIndex(({ isFirst }) => !isFirst) : -1;
  waiting.splice(at < 0 ? waiting.length : at, 0, one);
}

/** A worker without work is ended: memory is for what is needed now. */
const idleMs = 30_000;
/** Leaks of long lives do not add up. */
const scansOfOneLife = 200;
const memoryCheckMs = 200;

export function createWorkerPool({ workers, memoryMb, graceMs = 30_000 }: WorkerPoolOptions): WorkerPool {
  const free: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: Waiting[] = [];
  let running = 0;
  let closed = false;

  const acquire = async (isFirst: boolean): Promise<Worker> => {
    if (running < workers) running += 1;
    else await new Promise<void>((go) => addWaiting(waiting, { go, isFirst }));
    const known = free.pop();
    clearTimeout(known?.idle);
    return known ?? start();
  };
  const start = (): Worker => {
    const worker: Worker = { child: forkWorker(memoryMb), scans: 0 };
    yieldToOthers(worker.child.pid);
    all.add(worker);
    worker.child.on('exit', () => {
      all.delete(worker);
      const at = free.indexOf(worker);
      if (at >= 0) free.splice(at, 1);
    });
    return worker;
  };
  const release = (worker: Worker): void => {
    worker.scans += 1;
    if (!worker.child.connected || worker.scans >= scansOfOneLife || closed) worker.child.kill('SIGKILL');
    else {
      free.push(worker);
      worker.idle = setTimeout(() => worker.child.kill('SIGKILL'), idleMs).unref();
    }
    const next = waiting.shift();
    // Its place goes over at once, so that nobody else takes it.
    if (next) next.go();
    else running -= 1;
  };

  return {
    busy: () => running + waiting.length,
    scan: async (errand, options = {}) => {
      const worker = await acquire(options.isFirst ?? false);
      try {
        if (closed || options.signal?.aborted) return crashed('CANCELLED', 'the scan was cancelled');
        return await scanWith(worker.child, errand, options, { memoryMb, graceMs });
      } finally {
        release(worker);
      }
    },
    close: async () => {
      closed = true;
      const ended = [...all].map(({ child }) => new Promise((resolve) => child.once('exit', resolve)));
      for (const { child } of all) child.kill('SIGKILL');
      await Promise.all(ended);
    },
  };
}

/** One errand to one worker, until it answers, dies, or takes too much of time or memory. */
function scanWith(
  child: ChildProcess,
  errand: ScanErrand,
  { onProgress, signal, pace }: ScanOptions,
  { memoryMb, graceMs }: { readonly memoryMb: number; readonly graceMs: number },
): Promise<ScanOutcome> {
  return new Promise((resolve) => {
    let why = 'the worker ended unexpectedly';
    let code = 'WORKER_DIED';
    const end = (because: string, name: string) => {
      why = because;
      code = name;
      child.kill('SIGKILL');
    };
    const late = setTimeout(
      () => end(`it took longer than ${Math.round((errand.imageMs + graceMs) / 1000)} s`, 'LIMIT_EXCEEDED'),
      errand.imageMs + graceMs,
    );
    const weigh = () => {
      if (residentMb(child.pid) > memoryMb) end(`it needed more than ${memoryMb} MB of memory`, 'LIMIT_EXCEEDED');
    };
    const watch = setInterval(weigh, memoryCheckMs);
    const cancel = () => end('the scan was cancelled', 'CANCELLED');
    const tell = (order: WorkerOrder) =>
      child.send(order, (error) => {
        if (error) end('the worker could not be reached', 'WORKER_DIED');
      });
    const over = new AbortController();
    const answer = answerTurns(pace, over.signal, tell);
    const settle = (outcome: ScanOutcome) => {
      clearTimeout(late);
      clearInterval(watch);
      over.abort();
      signal?.removeEventListener('abort', cancel);
      child.off('message', hear);
      child.off('exit', die);
      resolve(outcome);
    };
    const hear = (message: WorkerMessage) => {
      if (child.killed) return;
      if (message.kind === 'progress') {
        // Between two looks a small image comes and goes.
        weigh();
        onProgress?.(message.progress);
      } else if (message.kind === 'inventory' || message.kind === 'artifact' || message.kind === 'failed')
        settle(message);
      else if (!answer(message)) end('it asked its registry for too much at once', 'WORKER_DIED');
    };
    const die = (_: number | null, received: NodeJS.Signals | null) =>
      settle(crashed(code, code === 'WORKER_DIED' && received ? `${why} (${received})` : why));
    child.on('message', hear);
    child.once('exit', die);
    signal?.addEventListener('abort', cancel);
    tell({ kind: 'scan', errand });
  });
}

function crashed(code: string, message: string): ScanOutcome {
  return { kind: 'crashed', code, message };
}

function forkWorker(memoryMb: number): ChildProcess {
  const url = programBeside(new URL('./scan-worker.ts', import.meta.url));
  // V8 ends itself somewhat before the limit, with the rest for buffers outside its heap.
  const heapMb = Math.max(64, Math.floor(memoryMb * 0.6));
  return fork(url, {
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', `--max-old-space-size=${heapMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: workerEnvironment(),
  });
}

/** Whoever asks the server gets the answer first; a scan takes what is left of the processors. */
function yieldToOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It is gone already, or the system does not allow it.
  }
}

/** A hostile image that took a worker over finds no secret in its environment. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_COMPILE_CACHE', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries([...kept, ...proxies].map((name) => [name, process.env[name]]));
}

/** MB; 0 where the system does not tell. */
function residentMb(pid: number | undefined): number {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return (Number(pages) * 4096) / 1e6;
  } catch {
    return 0;
  }
}
