import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { AppError, messageOf } from '../../lib/errors.ts';
import { compressionOf } from '../layer-bytes.ts';

/** The first bytes of a local file; undefined when it is none or cannot be read. */
export function headOfFile(path: string, bytes: number): Buffer | undefined {
  try {
    if (!statSync(path).isFile()) return undefined;
    const descriptor = openSync(path, 'r');
    try {
      const head = Buffer.alloc(bytes);
      return head.subarray(0, readSync(descriptor, head, 0, bytes, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** Throws INPUT_UNREADABLE, naming the file, unless it is a regular one that can be opened: reading a pipe could wait for ever. */
export function assertReadable(path: string): void {
  try {
    const kind = kindOf(statSync(path));
    if (kind) {
      const advice = 'write what it gives into a file and scan that';
      throw new AppError(
        'INPUT_UNREADABLE',
        `${path} is ${kind}, not a file that can be read at any place; ${advice}.`,
      );
    }
    closeSync(openSync(path, 'r'));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** Device, inode, size and times: a file that was verified and shows the same is the same (design 5). */
export function identityOfFile(path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join('-');
}

/** True when the bytes look like a tar header, or like a compressed file that may hold one. */
export function looksLikeArchive(head: Buffer): boolean {
  return compressionOf(head) !== 'none' || head.toString('latin1', 257, 262) === 'ustar';
}
