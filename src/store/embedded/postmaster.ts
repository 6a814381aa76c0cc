import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';
import type { StoreLog } from '../store-log.ts';
import { bareEnvironment } from './cluster.ts';
import type { SystemUser } from './system-user.ts';

export interface PostmasterOptions {
  /** Path of `postgres`. */
  readonly program: string;
  readonly options: readonly string[];
  readonly data: string;
  readonly user: SystemUser | undefined;
  readonly log: StoreLog;
}

/** A running PostgreSQL. */
export interface Postmaster {
  readonly pid: number;
  /** Settles when it is gone, with what it last said. */
  readonly gone: Promise<readonly string[]>;
  /** Rolls back what is open, writes everything and ends; harder when that takes longer than so many ms. */
  readonly stop: (waitMs?: number) => Promise<void>;
  /** Ends at once; what was committed is recovered at the next start. */
  readonly quit: () => Promise<void>;
  /** Tells it to stop, for who cannot wait. */
  readonly interrupt: () => void;
}

/** Starts PostgreSQL and waits until it takes connections, however long it recovers. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const postmaster = spawnPostmaster(options);
  const said = await untilReady(options, postmaster);
  if (said === undefined) return postmaster;
  throw new AppError('STORE_UNAVAILABLE', `The database did not start: ${said.join(' ') || 'it said nothing'}`);
}

const linesKept = 20;
const stopMs = 30_000;
const tellMs = 5_000;

function spawnPostmaster({ program, options, data, user, log }: PostmasterOptions): Postmaster {
  const child = spawn(program, options, {
    cwd: data,
    env: bareEnvironment,
    // A session of its own: an interrupt at the terminal is for us, who then stop it in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > linesKept) said.shift();
    log.debug({ line }, 'the database says');
  });
  const gone = new Promise<readonly string[]>((resolve) => {
    child.on('error', (error) => resolve([error.message]));
    child.on('exit', () => setImmediate(() => resolve(said)));
  });
  // https://www.postgresql.org/docs/current/server-shutdown.html: fast, immediate, and none of its own.
  const end = async (signals: readonly NodeJS.Signals[], waitMs = stopMs) => {
    child.ref();
    for (const signal of signals) {
      child.kill(signal);
      const waiting = new AbortController();
      const slow = sleep(waitMs, 'slow', { signal: waiting.signal }).catch(() => 'slow');
      const first = await Promise.race([gone, slow]);
      waiting.abort();
      if (first !== 'slow') return;
    }
  };
  return {
    pid: child.pid ?? 0,
    gone,
    stop: (waitMs) => end(['SIGINT', 'SIGQUIT', 'SIGKILL'], waitMs),
    quit: () => end(['SIGQUIT', 'SIGKILL']),
    interrupt: () => {
      child.kill('SIGINT');
    },
  };
}

/** The last line of its pid file says how far it is. Gives what it said when it ended instead. */
async function untilReady(
  { data, log }: PostmasterOptions,
  { pid, gone }: Postmaster,
): Promise<readonly string[] | undefined> {
  let said: readonly string[] | undefined;
  void gone.then((lines) => {
    said = lines;
  });
  const began = Date.now();
  for (let told = 0; said === undefined; ) {
    const [owner, , , , , , , state = ''] = readLines(join(data, 'postmaster.pid'));
    if (Number(owner) === pid && state.trim() === 'ready') return undefined;
    const waited = Math.floor((Date.now() - began) / tellMs);
    if (waited > told)
      log.info({ state: state.trim() }, 'the database is still starting; after a crash it recovers first');
    told = waited;
    await sleep(10);
  }
  return said;
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
