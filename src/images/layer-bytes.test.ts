import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { sha256 } from '../../test/support/tar.ts';
import { AppError } from '../lib/errors.ts';
import type { Layer } from './image.ts';
import { openStored } from './layer-bytes.ts';

const content = Buffer.alloc(70_000, 'the quick brown fox');

function streamed(stored: Buffer, pieceBytes: number): Layer {
  const open = async function* () {
    yield Buffer.alloc(0);
    for (let at = 0; at < stored.length; at += pieceBytes) yield stored.subarray(at, at + pieceBytes);
  };
  return { diffID: sha256(content), blob: { kind: 'stream', size: stored.length, open } };
}

async function read(layer: Layer): Promise<{ readonly bytes: Buffer; readonly digest: string }> {
  const stored = await openStored(layer);
  const chunks: Buffer[] = [];
  for await (const chunk of stored.chunks) chunks.push(Buffer.from(chunk));
  return { bytes: Buffer.concat(chunks), digest: await stored.blobDigest() };
}

const forms: Readonly<Record<string, Buffer>> = {
  plain: content,
  gzip: gzipSync(content),
  'gzip in members': Buffer.concat([gzipSync(content.subarray(0, 30_000)), gzipSync(content.subarray(30_000))]),
  // tar writes whole records, and some tools pad what they store.
  'gzip with zeroes behind': Buffer.concat([gzipSync(content), Buffer.alloc(300_000)]),
  zstd: zstdCompressSync(content),
  'zstd in frames': Buffer.concat([
    zstdCompressSync(content.subarray(0, 30_000)),
    zstdCompressSync(content.subarray(30_000)),
  ]),
};

for (const [form, stored] of Object.entries(forms)) {
  test(`stored bytes are inflated and hashed to the last, however they arrive (${form})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20_000 }), async (pieceBytes) => {
        const { bytes, digest } = await read(streamed(stored, Math.max(pieceBytes, stored.length / 3000)));
        assert.ok(bytes.equals(content));
        assert.equal(digest, sha256(stored));
      }),
      { numRuns: 15, examples: [[1]] },
    );
  });
}

test('what breaks off or is no stream of its kind is corrupt', async () => {
  for (const [form, stored] of Object.entries(forms).filter(([name]) => name !== 'plain')) {
    if (form !== 'gzip with zeroes behind')
      await assert.rejects(
        read(streamed(stored.subarray(0, stored.length - 5), 999)),
        { code: 'ARCHIVE_CORRUPT' },
        form,
      );
    const damaged = Buffer.from(stored);
    damaged.fill(0x5a, 12, Math.min(60, damaged.length));
    // Zstandard data need not carry a checksum: what comes out wrong is told by the layer's digest.
    const outcome = await read(streamed(damaged, 999)).catch((error: unknown) => error);
    if (outcome instanceof Error) assert.ok(outcome instanceof AppError, `${form}: ${outcome}`);
    else assert.ok(!(outcome as { bytes: Buffer }).bytes.equals(content), form);
  }
});

test('an error of the source is passed on, not taken for corruption', async () => {
  const open = async function* () {
    yield gzipSync(content).subarray(0, 50);
    throw new AppError('REGISTRY_FAILED', 'the registry went away');
  };
  const layer: Layer = { diffID: sha256(content), blob: { kind: 'stream', size: undefined, open } };
  await assert.rejects(read(layer), { code: 'REGISTRY_FAILED' });
});

test('a reader that stops early closes the source', async () => {
  let closed = false;
  const open = async function* () {
    try {
      for (;;) yield gzipSync(content);
    } finally {
      closed = true;
    }
  };
  const stored = await openStored({ diffID: sha256(content), blob: { kind: 'stream', size: undefined, open } });
  for await (const _chunk of stored.chunks) break;
  assert.equal(closed, true);
});
