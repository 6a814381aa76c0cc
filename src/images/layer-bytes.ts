import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Transform } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError, messageOf } from '../lib/errors.ts';
import { isZstd, zstdFrames } from '../lib/zstd-frames.ts';
import type { Layer, LayerBlob } from './image.ts';

/** Large enough that per-call costs vanish, small enough that two layers' worth of them are not noticed. */
const readBytes = 1024 * 1024;

export type Compression = 'none' | 'gzip' | 'zstd';

/** How many first bytes tell the compression. */
const magicBytes = 6;

/** Compression by the first bytes: media types lie, magic numbers do not. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return isZstd(head) ? 'zstd' : 'none';
}

/** Compressions that layers had in former times, by their first bytes; nothing reads them any more but a few engines. */
const unsupported: readonly (readonly [string, string])[] = [
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\0'],
];

function assertSupported(head: Uint8Array): void {
  const start = Buffer.from(head.subarray(0, magicBytes)).toString('latin1');
  const [name] = unsupported.find(([, magic]) => start.startsWith(magic)) ?? [];
  if (!name) return;
  throw new AppError('ARCHIVE_UNSUPPORTED', `it is compressed with ${name}; save the image anew with gzip or zstd`);
}

/** How much is read without letting anything else have a turn: the user's Ctrl-C, for one. */
const turnBytes = 64 * readBytes;

/** Reads a part of a local file piece by piece; the buffer is reused. `visit` says how many bytes to leap over next. */
export async function readFileBlob(
  blob: LayerBlob & { kind: 'file' },
  visit: (chunk: Buffer) => number,
  pieceBytes = readBytes,
): Promise<void> {
  const descriptor = openSync(blob.path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(blob.size, 1)));
    let turn = 0;
    for (let at = 0; at < blob.size; ) {
      const got = readSync(descriptor, buffer, 0, Math.min(buffer.length, blob.size - at), blob.offset + at);
      if (got === 0) throw new AppError('ARCHIVE_CORRUPT', `it is cut short: ${at} of ${blob.size} bytes are there`);
      at += got;
      at += visit(buffer.subarray(0, got));
      turn += got;
      if (turn < turnBytes) continue;
      turn = 0;
      await setImmediate();
    }
  } finally {
    closeSync(descriptor);
  }
}

export async function* blobChunks(blob: LayerBlob): AsyncIterable<Uint8Array> {
  if (blob.kind === 'stream') {
    yield* blob.open();
    return;
  }
  const descriptor = openSync(blob.path, 'r');
  try {
    for (let at = 0; at < blob.size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(readBytes, blob.size - at));
      const got = readSync(descriptor, buffer, 0, buffer.length, blob.offset + at);
      if (got === 0) throw new AppError('ARCHIVE_CORRUPT', `it is cut short: ${at} of ${blob.size} bytes are there`);
      yield buffer.subarray(0, got);
      at += got;
    }
  } finally {
    closeSync(descriptor);
  }
}

export function headOf(blob: LayerBlob & { kind: 'file' }): Buffer {
  const head = Buffer.alloc(magicBytes);
  const descriptor = openSync(blob.path, 'r');
  try {
    const got = readSync(descriptor, head, 0, Math.min(magicBytes, blob.size), blob.offset);
    assertSupported(head);
    return head.subarray(0, got);
  } finally {
    closeSync(descriptor);
  }
}

/** The stored digest of the stored bytes and the uncompressed bytes, from one pass. */
export interface StoredLayer {
  /** To be called once, after the last chunk. */
  readonly blobDigest: () => string;
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Opens a layer's bytes as a stream: hashes what is stored, inflates it off the main thread, and yields the tar.
 * What the stream promises too little or too much of (announced size) shows in its digest.
 */
export async function openStored(layer: Layer): Promise<StoredLayer> {
  const stored = createHash('sha256');
  const { head, chunks } = await peek(blobChunks(layer.blob));
  const compression = compressionOf(head);
  const hashed = (async function* () {
    for await (const chunk of chunks) {
      stored.update(chunk);
      yield chunk;
    }
  })();
  const blobDigest = () => `sha256:${stored.digest('hex')}`;
  return { blobDigest, chunks: compression === 'none' ? asBuffers(hashed) : inflate(hashed, compression) };
}

/** Looks at the first bytes, in however small pieces they come, and gives the stream back as it was. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < magicBytes) {
    const step = await iterator.next();
    if (step.done) break;
    head = head.length === 0 ? step.value : Buffer.concat([head, step.value]);
  }
  const chunks = (async function* () {
    try {
      if (head.length > 0) yield head;
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) yield step.value;
    } finally {
      await iterator.return?.();
    }
  })();
  try {
    assertSupported(head);
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
  return { head, chunks };
}

async function* asBuffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

const inflateBuffers = { chunkSize: 512 * 1024, readableHighWaterMark: 4 * 1024 * 1024 };

/** Inflates a gzip or zstd stream. Throws `AppError` ARCHIVE_CORRUPT where it makes no sense. */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'zstd',
): AsyncGenerator<Buffer> {
  const inflater = compression === 'gzip' ? createGunzip(inflateBuffers) : createZstdDecompress(inflateBuffers);
  const feeding = feed(compression === 'zstd' ? zstdFrames(chunks) : chunks, inflater);
  try {
    for await (const chunk of inflater) yield chunk as Buffer;
    await feeding;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('ARCHIVE_CORRUPT', `its ${compression} stream is corrupt (${messageOf(error)})`, {
      cause: error,
    });
  } finally {
    inflater.destroy();
    await feeding;
  }
}

/**
 * Writes all chunks, at the pace at which they are taken. An inflater that needs no more (zeroes may follow the end of
 * gzip data) still lets the rest be read, because it counts for the digest of what is stored. Never rejects.
 */
async function feed(chunks: AsyncIterable<Uint8Array>, inflater: Transform): Promise<void> {
  let isOver = false;
  let wake = () => {};
  inflater.on('drain', () => wake());
  for (const event of ['end', 'error', 'close']) {
    inflater.on(event, () => {
      isOver = true;
      wake();
    });
  }
  try {
    for await (const chunk of chunks) {
      if (inflater.destroyed) return;
      if (isOver || inflater.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (isOver || !inflater.writableNeedDrain) resolve();
      });
    }
    if (!isOver) inflater.end();
  } catch (error) {
    inflater.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
