import { accessSync, constants, existsSync, type StatsFs, statfsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Below that PostgreSQL cannot even recover: it writes logs of 16 MB. */
const least = 32 * 1024 * 1024;

/** What the reader is told to expect of a server that runs. */
const running = 'the rest happens by itself';

/** What is wrong with the disk of a folder and what to do, or undefined when it is well. */
export function diskTrouble(folder: string, afterwards = running): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return fullness(folder, statfsSync(folder), afterwards);
  } catch (error) {
    return hindrance(folder, error);
  }
}

/** The same for who asks again and again, and may not be held up by a disk that does not answer. */
export async function readDiskTrouble(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.W_OK);
    return fullness(folder, await statfs(folder), running);
  } catch (error) {
    return hindrance(folder, error);
  }
}

/** Megabytes free on the disk on which a path lies, or will lie when it is made. */
export function megabytesFree(path: string): number {
  const { bavail, bsize } = statfsSync(existing(resolve(path)));
  return megabytes(bavail * bsize);
}

function fullness(folder: string, { bavail, bsize }: StatsFs, afterwards: string): string | undefined {
  const free = bavail * bsize;
  if (free >= least) return undefined;
  return `the disk of ${folder} is full (${megabytes(free)} MB free); make room, ${afterwards}`;
}

function hindrance(folder: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EROFS') return `the disk of ${folder} is mounted read-only; mount it writable`;
  if (code === 'EACCES') return `${folder} may not be written by this user; change its owner or start as its owner`;
  return `${folder} cannot be reached (${code ?? error}); see that the disk is mounted`;
}

function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
