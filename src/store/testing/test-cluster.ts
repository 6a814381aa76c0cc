import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Binaries, installedBinaries, noBinaries, packagedBinaries } from '../embedded/binaries.ts';
import { createCluster } from '../embedded/cluster.ts';
import { copyBinaries } from '../embedded/copy-binaries.ts';
import { endProcessesIn } from '../embedded/leftovers.ts';
import { type Postmaster, startPostmaster } from '../embedded/postmaster.ts';
import { postgresArguments } from '../embedded/settings.ts';
import { socketUrl } from '../embedded/socket-url.ts';
import { databaseUser, type SystemUser } from '../embedded/system-user.ts';
import { silentLog } from '../store-log.ts';

export interface TestCluster {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a PostgreSQL whose data may be lost, in a folder of its own. It is a copy of one that was made and prepared once
 * on this machine and is kept for next time under `key`.
 */
export async function startTestCluster(key: string, prepare: (url: string) => Promise<void>): Promise<TestCluster> {
  await sweepAbandoned();
  const cache = cacheFolder();
  sweepOld(cache);
  const binaries = testBinaries(cache);
  const prepared = join(cache, `${key}-${binaries.version}`);
  const user = databaseUser(prepared);
  if (!existsSync(prepared)) await makePrepared({ prepared, binaries, user, prepare });
  const now = new Date();
  for (const used of [prepared, dirname(binaries.bin)]) if (dirname(used) === cache) utimesSync(used, now, now);
  const folder = newFolder(quick, user);
  const data = join(folder, 'data');
  cpSync(prepared, data, { recursive: true });
  giveTo(data, user);
  return start(folder, binaries, user);
}

const password = 'test';
/** Short: the path of a socket has 107 bytes at most. */
const temporary = tmpdir().length < 60 ? tmpdir() : '/tmp';
/** In memory, where files are made in half the time; only data, as programs may not be run there. */
const quick = isRoomy('/dev/shm') ? '/dev/shm' : temporary;
const folderName = /^bw-test-(\d+)-/;

function cacheFolder(): string {
  const folder = join(temporary, `bw-test-cache-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  return folder;
}

/** Named after its process, so that whoever comes later sees that it was abandoned. */
function newFolder(parent: string, user: SystemUser | undefined): string {
  const folder = mkdtempSync(join(parent, `bw-test-${process.pid}-`));
  if (user !== undefined) lchownSync(folder, user.uid, user.gid);
  return folder;
}

function testBinaries(cache: string): Binaries {
  const installed = process.env.BREAKWATER_TEST_POSTGRES === 'packaged' ? undefined : installedBinaries()[0];
  if (installed !== undefined) return installed;
  const found = packagedBinaries();
  if (found === undefined) throw noBinaries();
  const copy = join(cache, `postgres-${found.version}`);
  if (!existsSync(copy)) copyBinaries(join(found.bin, '..'), copy);
  return { ...found, bin: join(copy, 'bin') };
}

interface Preparation {
  readonly prepared: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | undefined;
  readonly prepare: (url: string) => Promise<void>;
}

async function makePrepared({ prepared, binaries, user, prepare }: Preparation): Promise<void> {
  const folder = newFolder(temporary, user);
  try {
    const data = join(folder, 'data');
    await createCluster({ binaries, data, user, closed: undefined, password, safe: false });
    const { url, postmaster } = await run(folder, binaries, user);
    await prepare(url).finally(postmaster.stop);
    // Another process may have been quicker.
    if (!existsSync(prepared)) renameSync(data, prepared);
  } finally {
    remove(folder);
  }
}

async function start(folder: string, binaries: Binaries, user: SystemUser | undefined): Promise<TestCluster> {
  const { url, postmaster } = await run(folder, binaries, user);
  const end = () => {
    postmaster.interrupt();
    remove(folder);
  };
  process.once('exit', end);
  return {
    url,
    stop: async () => {
      process.off('exit', end);
      await postmaster.quit();
      remove(folder);
    },
  };
}

async function run(
  folder: string,
  binaries: Binaries,
  user: SystemUser | undefined,
): Promise<{ readonly url: string; readonly postmaster: Postmaster }> {
  const data = join(folder, 'data');
  const options = postgresArguments({ binaries, data, sockets: folder, safe: false });
  const program = join(binaries.bin, 'postgres');
  const postmaster = await startPostmaster({ program, options, data, user, log: silentLog });
  return { postmaster, url: socketUrl({ sockets: folder, password, database: 'postgres' }) };
}

const keptMs = 24 * 3_600_000;

/** What nobody used for a day: most of it was prepared for schemas that are no more. */
function sweepOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && Date.now() - mtimeMs > keptMs) remove(path);
  }
}

/** What test processes left that could not clean up. */
async function sweepAbandoned(): Promise<void> {
  const folders = [...new Set([temporary, quick])].flatMap((parent) =>
    readdirSync(parent).map((name) => ({ name, folder: join(parent, name) })),
  );
  for (const { name, folder } of folders) {
    const pid = Number(folderName.exec(name)?.[1]);
    if (!(pid > 0) || isAlive(pid)) continue;
    await endProcessesIn(join(folder, 'data')).catch(() => undefined);
    remove(folder);
  }
}

function isRoomy(path: string): boolean {
  if (!existsSync(path)) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize > 4 * 1024 ** 3;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function giveTo(path: string, user: SystemUser | undefined): void {
  chmodSync(path, 0o700);
  if (user === undefined) return;
  lchownSync(path, user.uid, user.gid);
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(path, name), user.uid, user.gid);
}

/** Repeated, as processes that end may still write. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // Swept next time.
  }
}
