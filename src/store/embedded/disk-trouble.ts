import { accessSync, constants, statfsSync } from 'node:fs';

/** Below that PostgreSQL cannot even recover: it writes logs of 16 MB. */
const least = 32 * 1024 * 1024;

/** What is wrong with the disk of a folder and what to do, or undefined when it is well. */
export function diskTrouble(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free >= least) return undefined;
    return `the disk of ${folder} is full (${Math.floor(free / 1024 / 1024)} MB free); make room, the rest happens by itself`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EROFS') return `the disk of ${folder} is mounted read-only; mount it writable`;
    if (code === 'EACCES') return `${folder} may not be written by this user; change its owner or start as its owner`;
    return `${folder} cannot be reached (${code ?? error}); see that the disk is mounted`;
  }
}
