import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Transform } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError, messageOf } from '../lib/errors.ts';
import { isZstd, zstdFrames } from '../lib/zstd-frames.ts';
import type { Layer, LayerBlob } from './image.ts';

/** Large enough that per-call costs vanish, small enough to lie in the processor's cache while it is worked on. */
const readBytes = 256 * 1024;

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

/** Whether anybody would inflate it, we or a container runtime. */
export function isCompressed(head: Uint8Array): boolean {
  return compressionOf(head) !== 'none' || unsupportedOf(head) !== undefined;
}

function unsupportedOf(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, magicBytes)).toString('latin1');
  return unsupported.find(([, magic]) => start.startsWith(magic))?.[0];
}

function assertSupported(head: Uint8Array): void {
  const name = unsupportedOf(head);
  if (!name) return;
  throw new AppError('ARCHIVE_UNSUPPORTED', `it is compressed with ${name}; save the image anew with gzip or zstd`);
}

/** How much is read without letting anything else have a turn: the user's Ctrl-C, for one. */
const turnBytes = 64 * 1024 * 1024;

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

/** The stored bytes. Buffers in `spare` are filled anew; without any, each piece has one of its own. */
export async function* blobChunks(blob: LayerBlob, spare: Buffer[] = []): AsyncIterable<Uint8Array> {
  if (blob.kind === 'stream') {
    yield* blob.open();
    return;
  }
  const descriptor = openSync(blob.path, 'r');
  try {
    for (let at = 0; at < blob.size; ) {
      const left = blob.size - at;
      const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(Math.min(readBytes, left));
      const got = readSync(descriptor, buffer, 0, Math.min(buffer.length, left), blob.offset + at);
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

/** The digest of the stored bytes and the uncompressed bytes. */
export interface StoredLayer {
  /** To be called once, after the last chunk. */
  readonly blobDigest: () => Promise<string>;
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Opens a layer's bytes as a stream: hashes what is stored in the same pass, unless `beside` does so elsewhere, inflates
 * it off the main thread, and yields the tar.
 * What the stream promises too little or too much of (announced size) shows in its digest.
 */
export async function openStored(layer: Layer, beside?: Promise<string>): Promise<StoredLayer> {
  const spare: Buffer[] = [];
  const { head, chunks } = await peek(blobChunks(layer.blob, spare));
  const compression = compressionOf(head);
  const stored = createHash('sha256');
  const hashed = (async function* () {
    for await (const chunk of chunks) {
      stored.update(chunk);
      yield chunk;
    }
  })();
  const source = beside ? chunks : hashed;
  const giveBack = (chunk: Uint8Array) => {
    if (layer.blob.kind === 'file' && chunk.buffer.byteLength === readBytes) spare.push(Buffer.from(chunk.buffer));
  };
  return {
    blobDigest: async () => beside ?? `sha256:${stored.digest('hex')}`,
    chunks: compression === 'none' ? asBuffers(source) : inflate(source, compression, giveBack),
  };
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

/**
 * An inflater has a thread of its own, but is told by this one what to do next: large pieces keep it busy meanwhile. It
 * holds one piece back, because those that wait together are copied into one.
 */
const inflateBuffers = {
  chunkSize: 2 * 1024 * 1024,
  readableHighWaterMark: 2 * 1024 * 1024,
  writableHighWaterMark: 2 * 1024 * 1024,
};

/**
 * Inflates a gzip or zstd stream. Throws `AppError` ARCHIVE_CORRUPT where it makes no sense. `giveBack` gets each chunk of
 * gzip data once it was used up.
 */
export async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'zstd',
  giveBack: (chunk: Uint8Array) => void = () => {},
): AsyncGenerator<Buffer> {
  const inflater = compression === 'gzip' ? createGunzip(inflateBuffers) : createZstdDecompress(inflateBuffers);
  const feeding = compression === 'zstd' ? feed(zstdFrames(chunks), inflater) : feed(chunks, inflater, giveBack);
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
async function feed(
  chunks: AsyncIterable<Uint8Array>,
  inflater: Transform,
  giveBack: (chunk: Uint8Array) => void = () => {},
): Promise<void> {
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
      if (isOver || inflater.write(chunk, () => giveBack(chunk))) continue;
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
