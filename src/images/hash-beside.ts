import { Worker } from 'node:worker_threads';
import { AppError } from '../lib/errors.ts';
import type { LayerBlob } from './image.ts';

export interface HashErrand {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** ms since the epoch. */
  readonly deadline: number;
}

export type HashAnswer =
  | { readonly kind: 'digest'; readonly digest: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'short'; readonly bytes: number };

/** A thread costs about 30 ms of a second processor; hashing so much takes longer. */
export const worthwhileBytes = 32 * 1024 * 1024;

/** A digest that is being computed on another processor. */
export interface HashBeside {
  /** Throws LIMIT_EXCEEDED at the deadline, ARCHIVE_CORRUPT when bytes are missing. */
  readonly digest: () => Promise<string>;
  readonly stop: () => void;
}

/** Hashes a part of a local file on a thread of its own, while this one reads what it needs of it. */
export function hashBeside(blob: LayerBlob & { kind: 'file' }, deadline: number): HashBeside {
  const { path, offset, size } = blob;
  const worker = new Worker(workerUrl(), { workerData: { path, offset, size, deadline } satisfies HashErrand });
  const answer = new Promise<HashAnswer>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new AppError('INPUT_UNREADABLE', 'its digest could not be computed')));
  });
  // Whoever stops early never asks; the failure is then nobody's.
  answer.catch(() => {});
  return {
    digest: async () => {
      const found = await answer;
      if (found.kind === 'digest') return found.digest;
      if (found.kind === 'late') throw new AppError('LIMIT_EXCEEDED', 'the time limit for an image was reached');
      throw new AppError('ARCHIVE_CORRUPT', `it is cut short: ${found.bytes} of ${size} bytes are there`);
    },
    stop: () => void worker.terminate(),
  };
}

/** Beside this file in the sources, beside the bundle in the package. */
function workerUrl(): URL {
  const source = new URL('./hash-worker.ts', import.meta.url);
  return import.meta.url.endsWith('.ts') ? source : new URL('./hash-worker.js', import.meta.url);
}
