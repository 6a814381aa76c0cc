import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { HashAnswer, HashErrand } from './hash-beside.ts';

/** Body of the thread that `hash-beside.ts` starts: hashes parts of files, one answer for each errand. */
const pieceBytes = 256 * 1024;

function hashPart({ path, offset, size, deadline }: HashErrand): HashAnswer {
  const descriptor = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafeSlow(Math.max(1, Math.min(pieceBytes, size)));
    for (let at = 0; at < size; ) {
      if (Date.now() > deadline) return { kind: 'late' };
      const got = readSync(descriptor, piece, 0, Math.min(piece.length, size - at), offset + at);
      if (got === 0) return { kind: 'short', bytes: at };
      hash.update(piece.subarray(0, got));
      at += got;
    }
    return { kind: 'digest', digest: `sha256:${hash.digest('hex')}` };
  } finally {
    closeSync(descriptor);
  }
}

parentPort?.on('message', (errand: HashErrand) => {
  let answer: HashAnswer;
  try {
    answer = hashPart(errand);
  } catch (error) {
    answer = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
