import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError, messageOf } from '../../lib/errors.ts';

export interface DataLock {
  readonly release: () => void;
}

/**
 * Holds a data directory for this process. The lock is SQLite's on a file, for Node has none of its own: the kernel takes
 * it back when the process ends, however it ends, and it holds between containers that share a volume, where process ids
 * mean nothing.
 */
export function lockDataDirectory(dataDir: string): DataLock {
  const database = take(dataDir);
  const holder = join(dataDir, holderName);
  try {
    writeFileSync(holder, `process ${process.pid} on ${hostname()}, since ${new Date().toISOString()}`);
  } catch {
    // On a full disk the lock holds all the same.
  }
  return {
    release: () => {
      if (!database.isOpen) return;
      rmSync(holder, { force: true });
      database.close();
    },
  };
}

const holderName = 'lock.holder';
const busy = 5;

function take(dataDir: string): DatabaseSync {
  const database = open(dataDir);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database.close();
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === busy)) throw unusable(dataDir, cause);
    throw new AppError(
      'DATA_DIRECTORY_BUSY',
      `The data directory ${dataDir} is in use by another server (${readHolder(dataDir)}). ` +
        'Stop that one, or choose another data directory.',
      { cause },
    );
  }
}

function open(dataDir: string): DatabaseSync {
  try {
    const path = join(dataDir, 'lock');
    closeSync(openSync(path, 'a', 0o600));
    return new DatabaseSync(path);
  } catch (cause) {
    throw unusable(dataDir, cause);
  }
}

function unusable(dataDir: string, cause: unknown): AppError {
  return new AppError(
    'STORE_UNAVAILABLE',
    `The data directory ${dataDir} cannot be locked: ${messageOf(cause)}. See that the disk is mounted, writable and takes locks.`,
    { cause },
  );
}

function readHolder(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, holderName), 'utf8');
  } catch {
    return 'it does not say which';
  }
}
