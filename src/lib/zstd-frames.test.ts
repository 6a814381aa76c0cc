import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { AppError } from './errors.ts';
import { isZstd, zstdFrames } from './zstd-frames.ts';

const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from('skip')]);

/** A frame of each shape: with and without checksum, of known size, of repeated bytes, of raw bytes, empty. */
const frames: readonly Buffer[] = [
  zstdCompressSync('small'),
  zstdCompressSync(Buffer.alloc(400_000, 'text that repeats ')),
  zstdCompressSync(Buffer.alloc(300_000), { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  zstdCompressSync(Buffer.from(Array.from({ length: 5000 }, (_item, at) => (at * at * 7919) & 255))),
  zstdCompressSync('sized', { pledgedSrcSize: 5 }),
  zstdCompressSync(''),
  skippable,
];

async function cut(stream: Buffer, pieceBytes: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const chunks = (async function* () {
    for (let at = 0; at < stream.length; at += pieceBytes) yield stream.subarray(at, at + pieceBytes);
  })();
  for await (const piece of zstdFrames(chunks)) pieces.push(Buffer.from(piece));
  return pieces;
}

function endsOf(parts: readonly Buffer[]): number[] {
  let end = 0;
  return parts.map((part) => {
    end += part.length;
    return end;
  });
}

test('a stream is cut at the end of each frame, however it arrives, and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: frames.length - 1 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 3000 }),
      async (order, pieceBytes) => {
        const chosen = order.map((at) => frames[at] as Buffer);
        const ends = endsOf(chosen);

        const pieces = await cut(Buffer.concat(chosen), pieceBytes);

        assert.deepEqual(Buffer.concat(pieces), Buffer.concat(chosen));
        const cuts = new Set(endsOf(pieces));
        assert.ok(
          ends.every((end) => cuts.has(end)),
          'every end of a frame is an end of a piece',
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('a frame that arrives whole stays whole', async () => {
  for (const frame of frames) assert.equal((await cut(frame, frame.length)).length, 1);
  assert.equal(zstdDecompressSync(frames[0] as Buffer).toString(), 'small');
});

test('what is between frames and is none is refused', async () => {
  const stream = Buffer.concat([frames[0] as Buffer, Buffer.from('trailing')]);
  await assert.rejects(cut(stream, 7), (error) => error instanceof AppError && error.code === 'ARCHIVE_CORRUPT');
});

test('frames of both kinds are known by their first bytes', () => {
  assert.deepEqual(
    [...frames.map(isZstd), isZstd(Buffer.from('PK\x03\x04')), isZstd(Buffer.from([0x28, 0xb5]))],
    [...frames.map(() => true), false, false],
  );
});
