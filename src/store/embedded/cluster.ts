import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../lib/errors.ts';
import type { Binaries } from './binaries.ts';
import { endProcessesIn } from './leftovers.ts';
import type { SystemUser } from './system-user.ts';

export const superuser = 'breakwater';

export interface NewCluster {
  readonly binaries: Binaries;
  readonly data: string;
  readonly user: SystemUser | undefined;
  readonly closed: string | undefined;
  readonly password: string;
  /** False only for data that may be lost. */
  readonly safe?: boolean;
}

/** Makes an empty database cluster, all or nothing: what an interrupted run left is made again. */
export async function createCluster({
  binaries,
  data,
  user,
  closed,
  password,
  safe = true,
}: NewCluster): Promise<void> {
  const partial = `${data}.partial`;
  const passwordFile = join(dirname(data), 'password.partial');
  await endProcessesIn(partial);
  rmSync(partial, { recursive: true, force: true });
  makeOwned(partial, user);
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  try {
    await runInitdb(binaries, user, partial, [
      `--pgdata=${closed === undefined ? partial : '/proc/self/cwd'}`,
      `--username=${superuser}`,
      '--auth=scram-sha-256',
      '--pwfile=../password.partial',
      // Sorts as JavaScript does, and does not change with a library's version.
      '--locale=C',
      '--encoding=UTF8',
      '--data-checksums',
      '--no-sync',
      ...(safe ? [] : ['--wal-segsize=1']),
    ]);
    if (safe) await makeDurable(binaries, user, partial);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(partial, data);
}

/** A new folder of the database's user, closed to others. */
export function makeOwned(path: string, user: SystemUser | undefined): void {
  mkdirSync(path, { mode: 0o700 });
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** What the database's processes see of our environment: nothing of ours, least of all secrets. */
export const bareEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

/** The whole file system at once takes a tenth of the time that initdb takes for a thousand files, one by one. */
async function makeDurable(binaries: Binaries, user: SystemUser | undefined, data: string): Promise<void> {
  if (process.platform === 'linux' && spawnSync('sync', ['-f', data], { stdio: 'ignore' }).status === 0) return;
  await runInitdb(binaries, user, data, ['--sync-only', '--pgdata=.']);
}

/** Containers may run as a number that no user has, which initdb does not take. */
function advice(said: string): string {
  if (!said.includes('could not look up effective user ID')) return '';
  return '. Give this user a line in /etc/passwd, or name a database by BREAKWATER_DATABASE_URL';
}

function runInitdb(
  binaries: Binaries,
  user: SystemUser | undefined,
  cwd: string,
  options: readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(binaries.bin, 'initdb'), options, {
      cwd,
      env: bareEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new AppError('STORE_UNAVAILABLE', `The database could not be made: ${said.trim()}${advice(said)}`));
    });
  });
}
