import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
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

/** Throws INPUT_UNREADABLE, naming the file, unless it can be opened. */
export function assertReadable(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (error) {
    throw new AppError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
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

/** An archive that can be read at any offset: the file itself, or its unpacked copy when it is compressed as a whole. */
export interface SeekableArchive {
  readonly path: string;
  readonly close: () => void;
}

export async function makeSeekable(path: string): Promise<SeekableArchive> {
  const head = headOfFile(path, 512);
  const compression = head ? compressionOf(head) : 'none';
  if (compression === 'none') return { path, close: () => {} };
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-'));
  const close = () => rmSync(directory, { recursive: true, force: true });
  const copy = join(directory, 'image.tar');
  try {
    const inflater = compression === 'gzip' ? createGunzip() : createZstdDecompress();
    await pipeline(createReadStream(path), inflater, createWriteStream(copy, { flags: 'wx', mode: 0o600 }));
    return { path: copy, close };
  } catch (error) {
    close();
    throw new AppError('ARCHIVE_CORRUPT', `${path} cannot be unpacked (${messageOf(error)}); export the image again.`, {
      cause: error,
    });
  }
}
