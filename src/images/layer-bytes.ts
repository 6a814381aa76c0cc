import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Layer, LayerBlob } from './image.ts';

/** Large enough that per-call costs vanish, small enough that two layers' worth of them are not noticed. */
const readBytes = 1024 * 1024;

export type Compression = 'none' | 'gzip' | 'zstd';

/** Compression by the first bytes: media types lie, magic numbers do not. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** Reads a part of a local file piece by piece; the buffer is reused. `visit` says how many bytes to leap over next. */
export function readFileBlob(
  blob: LayerBlob & { kind: 'file' },
  visit: (chunk: Buffer) => number,
  pieceBytes = readBytes,
): void {
  const descriptor = openSync(blob.path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(blob.size, 1)));
    for (let at = 0; at < blob.size; ) {
      const got = readSync(descriptor, buffer, 0, Math.min(buffer.length, blob.size - at), blob.offset + at);
      if (got === 0) throw new AppError('ARCHIVE_CORRUPT', `it is cut short: ${at} of ${blob.size} bytes are there`);
      at += got;
      at += visit(buffer.subarray(0, got));
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
  const head = Buffer.alloc(4);
  const descriptor = openSync(blob.path, 'r');
  try {
    readSync(descriptor, head, 0, Math.min(4, blob.size), blob.offset);
    return head;
  } finally {
    closeSync(descriptor);
  }
}

/** The stored digest of the stored bytes and the uncompressed bytes, from one pass. */
export interface StoredLayer {
  readonly blobDigest: () => string;
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Opens a layer's bytes as a stream: hashes what is stored, inflates it off the main thread, and yields the tar.
 * What the stream promises too little or too much of (announced size) shows in its digest.
 */
export async function openStored(layer: Layer): Promise<StoredLayer> {
  const stored = createHash('sha256');
  const source = blobChunks(layer.blob)[Symbol.asyncIterator]();
  const first = await source.next();
  const head = first.done ? new Uint8Array(0) : first.value;
  const hashed = (async function* () {
    for (let step: IteratorResult<Uint8Array> = first; !step.done; step = await source.next()) {
      stored.update(step.value);
      yield step.value;
    }
  })();
  return { blobDigest: () => `sha256:${stored.digest('hex')}`, chunks: inflate(hashed, compressionOf(head)) };
}

const inflateBuffers = { chunkSize: 512 * 1024, readableHighWaterMark: 4 * 1024 * 1024 };

async function* inflate(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Buffer> {
  if (compression === 'none') {
    for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    return;
  }
  const inflater = compression === 'gzip' ? createGunzip(inflateBuffers) : createZstdDecompress(inflateBuffers);
  const source = Readable.from(chunks, { objectMode: false, highWaterMark: 2 * readBytes });
  source.on('error', (error) => inflater.destroy(error));
  source.pipe(inflater);
  try {
    for await (const chunk of inflater) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('ARCHIVE_CORRUPT', `its ${compression} stream is corrupt (${messageOf(error)})`, {
      cause: error,
    });
  } finally {
    source.destroy();
    inflater.destroy();
  }
}
