import { readSync } from 'node:fs';
import { AppError } from '../lib/errors.ts';

/** One regular file of a layer or directory, opened for the catalogers that asked for it. Reading is synchronous and bounded. */
export interface SourceFile {
  /** Path inside the image, normalised, without a leading slash. */
  readonly path: string;
  readonly size: number;
  /** POSIX mode bits, permissions only. */
  readonly mode: number;
  /**
   * The whole content. Throws `AppError` with LIMIT_EXCEEDED above `limitBytes` (default 64 MiB); the layer reader turns
   * what `extract` throws into a problem that names the file.
   */
  bytes(limitBytes?: number): Buffer;
  /** `length` bytes from `offset`; fewer at the end of the file, none beyond it. Never reads more than asked. */
  read(offset: number, length: number): Buffer;
}

/** A file whose content is at hand. */
export function fileFromBuffer(path: string, content: Buffer, mode = 0o644): SourceFile {
  return {
    path,
    size: content.length,
    mode,
    bytes: () => content,
    read: (offset, length) =>
      content.subarray(Math.min(offset, content.length), Math.min(offset + length, content.length)),
  };
}

const defaultWholeBytes = 64 * 2 ** 20;

/** A file that is a part of an open one. */
export function fileFromDescriptor(
  path: string,
  descriptor: number,
  offset: number,
  size: number,
  mode: number,
): SourceFile {
  const read = (from: number, length: number) => {
    const wanted = Math.max(0, Math.min(length, size - from));
    const content = Buffer.allocUnsafe(wanted);
    let fill = 0;
    while (fill < wanted) {
      const got = readSync(descriptor, content, fill, wanted - fill, offset + from + fill);
      if (got === 0) throw new AppError('INPUT_UNREADABLE', `${path} ends before its ${size} bytes were read`);
      fill += got;
    }
    return content;
  };
  const bytes = (limitBytes = defaultWholeBytes) => {
    if (size > limitBytes)
      throw new AppError(
        'LIMIT_EXCEEDED',
        `${path} has ${size} bytes, more than the ${limitBytes} that are read whole`,
      );
    return read(0, size);
  };
  return { path, size, mode, bytes, read };
}
