import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { endProcessesIn } from '../../src/store/embedded/leftovers.ts';
import { openStore } from '../../src/store/open-store.ts';
import { silentLog as log } from '../../src/store/store-log.ts';

/** `packaged` leaves the installed PostgreSQL aside. */
export const onlyPackaged = process.env.BREAKWATER_TEST_POSTGRES === 'packaged';

export interface Fact {
  readonly open?: number;
  readonly database?: number;
  readonly version?: string;
  readonly wrote?: number;
  readonly failed?: string;
  readonly refused?: string;
  readonly code?: string;
}

/** A server that writes until it is killed, with what it told so far. */
export interface Writer {
  readonly pid: number;
  readonly facts: readonly Fact[];
  /** Waits for a fact among those told from now on. */
  readonly next: (is: (fact: Fact) => boolean) => Promise<Fact>;
  /** The first fact: that it is open, or why not. */
  readonly ready: Promise<Fact>;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

const patience = 60_000;
const writers: { readonly dataDir: string; readonly child: ChildProcess }[] = [];

export function startWriter(dataDir: string, uid?: number): Writer {
  const script = join(import.meta.dirname, 'store-writer.ts');
  const options = ['--disable-warning=ExperimentalWarning', script, dataDir, ...(onlyPackaged ? ['packaged'] : [])];
  const child = spawn(process.execPath, options, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const facts: Fact[] = [];
  const listeners = new Set<(fact: Fact) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const fact = JSON.parse(line) as Fact;
    facts.push(fact);
    for (const listener of listeners) listener(fact);
  });
  const next = (is: (fact: Fact) => boolean) =>
    new Promise<Fact>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`waited in vain; last: ${JSON.stringify(facts.at(-1))}`)),
        patience,
      );
      timer.unref();
      const listener = (fact: Fact) => {
        if (!is(fact)) return;
        clearTimeout(timer);
        listeners.delete(listener);
        resolve(fact);
      };
      listeners.add(listener);
    });
  const ready = next(() => true);
  ready.catch(() => undefined);
  writers.push({ dataDir, child });
  return { pid: child.pid ?? 0, facts, next, ready, kill: (signal) => kill(child, signal) };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await closed;
}

/** A data directory whose leftovers go with the test. */
export function dataDirectory(t: TestContext, uid?: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bw-store-'));
  const dataDir = join(folder, 'data');
  chmodSync(folder, 0o755);
  mkdirSync(dataDir);
  if (uid !== undefined) for (const path of [folder, dataDir]) chownSync(path, uid, uid);
  t.after(async () => {
    await endDatabase(dataDir);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  return dataDir;
}

/** Opens what was written and closes it again; numbers of the writes that are there. */
export async function readWrites(dataDir: string): Promise<ReadonlySet<number>> {
  const opened = await openStore({ dataDir, log, onlyPackaged });
  try {
    const rows = await opened.store.selectFrom('setting').select('name').execute();
    return new Set(rows.map(({ name }) => Number(name.slice('write-'.length))));
  } finally {
    await opened.close();
  }
}

/** Waits until a writer, which must have started, goes on writing. */
export async function writing(writer: Writer): Promise<Fact> {
  const { refused } = await writer.ready;
  assert.equal(refused, undefined);
  return writer.next(({ wrote }) => wrote !== undefined && wrote % 5 === 0);
}

/** Opens the store once more: whatever one of the writers was told to be written must be there. */
export async function assertNothingLost(dataDir: string, ...writers: readonly Writer[]): Promise<void> {
  const found = await readWrites(dataDir);
  const writes = writers.flatMap(acknowledged);
  assert.ok(writes.length > 0, 'something was written');
  assert.deepEqual(
    writes.filter((write) => !found.has(write)),
    [],
    'acknowledged and lost',
  );
}

export function acknowledged({ facts }: Writer): readonly number[] {
  return facts.flatMap(({ wrote }) => wrote ?? []);
}

/** Why a test that needs a disk of its own cannot run here. */
export function needsMount(): { readonly skip: string | false } {
  if (process.platform !== 'linux') return { skip: 'mounts a tmpfs, which is Linux' };
  if (process.getuid?.() !== 0) return { skip: 'mounts a disk: needs root' };
  const folder = mkdtempSync(join(tmpdir(), 'bw-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', 'none', folder]);
  if (status === 0) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  return { skip: status === 0 ? false : 'mounts a disk, which this container may not' };
}

/** A small disk of its own. */
export function mountDisk(t: TestContext, megabytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bw-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'none', folder);
  t.after(async () => {
    mount('-o', 'remount,rw', folder);
    await endDatabase(folder);
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Fills the disk to the last byte, or but for so many. */
export function fill(path: string, except = 0): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
    if (except > 0) truncateSync(path, Math.max(0, statSync(path).size - except));
  }
}

export function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
}

/** Its servers first, as they would start it again. */
async function endDatabase(dataDir: string): Promise<void> {
  for (const writer of writers) if (writer.dataDir.startsWith(dataDir)) await kill(writer.child, 'SIGKILL');
  await endProcessesIn(join(dataDir, 'postgres', 'data'));
}
