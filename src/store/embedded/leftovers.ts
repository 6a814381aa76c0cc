import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';

/**
 * Ends whatever still runs on a data directory: a PostgreSQL outlives a server that was killed, and its children a
 * PostgreSQL that was killed. Only for whoever holds the lock of the directory.
 */
export async function endProcessesIn(data: string): Promise<readonly number[]> {
  const first = processesIn(data);
  // In order, then at once, then by force; each reads again, as children go with their parent.
  for (const [signal, patience] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    const left = processesIn(data);
    const parent = postmasterOf(data, left);
    for (const pid of parent === undefined ? left : [parent]) send(pid, parent === undefined ? 'SIGKILL' : signal);
    if (await allGone(data, patience)) return first;
  }
  const left = processesIn(data).join(', ');
  throw new AppError(
    'DATA_DIRECTORY_BUSY',
    `A database still runs on ${data} and does not end (process ${left}). End it, then start again.`,
  );
}

/** Every process of PostgreSQL works in its data directory, and so does the program that makes one. */
function processesIn(data: string): readonly number[] {
  return process.platform === 'linux' ? processesByFolder(data) : processesByPidFile(data);
}

function processesByFolder(data: string): readonly number[] {
  const folder = realPath(data);
  if (folder === undefined) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => linkTarget(`/proc/${pid}/cwd`) === folder && isPostgres(pid))
    .map(Number);
}

/** A shell that someone left in the folder is not ours to end. */
function isPostgres(pid: string): boolean {
  const command = readText(`/proc/${pid}/cmdline`);
  return command !== undefined && /^(\S*\/)?(postgres|initdb)[:\0]/.test(command);
}

/** Elsewhere the pid file has to do: the process it names, as long as it lives. */
function processesByPidFile(data: string): readonly number[] {
  const pid = Number(readText(join(data, 'postmaster.pid'))?.split('\n')[0]);
  if (!(pid > 1) || !send(pid, 0)) return [];
  const { stdout } = spawnSync('ps', ['-p', `${pid}`, '-o', 'comm='], { encoding: 'utf8' });
  return /(^|\/)postgres/.test(stdout) ? [pid] : [];
}

function postmasterOf(data: string, running: readonly number[]): number | undefined {
  const pid = Number(readText(join(data, 'postmaster.pid'))?.split('\n')[0]);
  return running.includes(pid) ? pid : undefined;
}

async function allGone(data: string, patience: number): Promise<boolean> {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    if (processesIn(data).length === 0) return true;
    await sleep(20);
  }
  return false;
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
