import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import { blobChunks, type Compression, compressionOf, inflate } from '../layer-bytes.ts';
import { defaultLimits } from '../limits.ts';
import { headOfFile } from './local-file.ts';

/** An archive that can be read at any offset: the file itself, or its unpacked copy when it is compressed as a whole. */
export interface SeekableArchive {
  readonly path: string;
  readonly close: () => void;
}

/** What an unpacked copy may cost. */
export interface UnpackLimits {
  readonly bytes: number;
  readonly ms: number;
  /** Part of the free disk space. */
  readonly diskShare: number;
}

const unpackLimits: UnpackLimits = { bytes: defaultLimits.layerBytes, ms: defaultLimits.imageMs, diskShare: 0.5 };

/** Throws ARCHIVE_CORRUPT or, for a bomb, LIMIT_EXCEEDED. The copy goes when the archive is closed or the process ends. */
export async function makeSeekable(path: string, limits: UnpackLimits = unpackLimits): Promise<SeekableArchive> {
  const compression = compressionOf(headOfFile(path, 512) ?? Buffer.alloc(0));
  if (compression === 'none') return { path, close: () => {} };
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const close = () => {
    process.off('exit', remove);
    remove();
  };
  const copy = join(directory, 'image.tar');
  try {
    await unpack(path, compression, copy, limits);
    return { path: copy, close };
  } catch (error) {
    close();
    throw failure(path, error);
  }
}

async function unpack(
  path: string,
  compression: Exclude<Compression, 'none'>,
  copy: string,
  limits: UnpackLimits,
): Promise<void> {
  const meter = meterOf(copy, limits);
  const stored = blobChunks({ kind: 'file', path, offset: 0, size: statSync(path).size });
  const descriptor = openSync(copy, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of inflate(stored, compression)) {
      const isHole = isAllZero(chunk);
      meter(chunk.length, isHole);
      // Zeroes become a hole: they take no room, and a bomb is mostly zeroes.
      for (let at = 0; !isHole && at < chunk.length; )
        at += writeSync(descriptor, chunk, at, chunk.length - at, size + at);
      size += chunk.length;
    }
    ftruncateSync(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}

function meterOf(copy: string, limits: UnpackLimits): (bytes: number, isHole: boolean) => void {
  const { bavail, bsize } = statfsSync(join(copy, '..'));
  const room = bavail * bsize * limits.diskShare;
  const end = Date.now() + limits.ms;
  let total = 0;
  let written = 0;
  return (bytes, isHole) => {
    total += bytes;
    if (!isHole) written += bytes;
    if (total > limits.bytes) throw new AppError('LIMIT_EXCEEDED', `it has more than ${limits.bytes} bytes`);
    if (written > room) {
      const space = `${(room / 2 ** 30).toFixed(1)} GiB`;
      throw new AppError('LIMIT_EXCEEDED', `it needs more than the ${space} that ${tmpdir()} has to spare (TMPDIR)`);
    }
    if (Date.now() > end) throw new AppError('LIMIT_EXCEEDED', `it takes longer than ${limits.ms / 1000} s`);
  };
}

const zeroes = Buffer.alloc(64 * 1024);

function isAllZero(chunk: Buffer): boolean {
  for (let at = 0; at < chunk.length; at += zeroes.length) {
    const part = chunk.subarray(at, at + zeroes.length);
    if (!part.equals(part.length === zeroes.length ? zeroes : zeroes.subarray(0, part.length))) return false;
  }
  return true;
}

function failure(path: string, cause: unknown): AppError {
  if (cause instanceof AppError && cause.code === 'LIMIT_EXCEEDED') {
    const message = `${path} was not unpacked to the end: ${cause.message}. Unpack it by hand and scan what comes out.`;
    return new AppError('LIMIT_EXCEEDED', message, { cause });
  }
  if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') {
    const message = `There is not enough room in ${tmpdir()} to unpack ${path}; set TMPDIR to a place that has it.`;
    return new AppError('INPUT_UNREADABLE', message, { cause });
  }
  const message = `${path} cannot be unpacked (${messageOf(cause)}); export the image again.`;
  return new AppError('ARCHIVE_CORRUPT', message, { cause });
}
