import { Worker } from 'node:worker_threads';
import { programBeside } from '../lib/beside.ts';
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
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly message: string };

/** Handing a hash to another thread costs a few ms; hashing so much takes longer. */
export const worthwhileBytes = 8 * 1024 * 1024;

/** Computes digests on another processor, one after the other in the order asked. */
export interface Hasher {
  /** Digest of a part of a local file. Rejects with LIMIT_EXCEEDED at the deadline (ms since the epoch), ARCHIVE_CORRUPT when bytes are missing. */
  readonly hash: (blob: LayerBlob & { kind: 'file' }, deadline: number) => Promise<string>;
  readonly close: () => void;
}

/**
 * Starts the thread, or lets the first errand start it where there may be none. Early is good: it takes 30 ms, which the
 * caller spends otherwise; it does not keep the process alive.
 */
export function startHasher(when: 'now' | 'when-needed' = 'now'): Hasher {
  const waiting: { readonly resolve: (answer: HashAnswer) => void; readonly reject: (error: unknown) => void }[] = [];
  const fail = (error: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const start = () => {
    const thread = new Worker(programBeside(new URL('./hash-worker.ts', import.meta.url)));
    thread.on('message', (answer: HashAnswer) => waiting.shift()?.resolve(answer));
    thread.on('error', fail);
    thread.on('exit', () => fail(new AppError('INPUT_UNREADABLE', 'its digest could not be computed')));
    thread.unref();
    return thread;
  };
  let worker = when === 'now' ? start() : undefined;
  const ask = (errand: HashErrand) =>
    new Promise<HashAnswer>((resolve, reject) => {
      worker ??= start();
      const thread = worker;
      const done = () => {
        if (waiting.length === 0) thread.unref();
      };
      thread.ref();
      waiting.push({
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject,
      });
      thread.postMessage(errand);
    });
  return {
    hash: async ({ path, offset, size }, deadline) => digestOf(await ask({ path, offset, size, deadline }), size),
    close: () => void worker?.terminate(),
  };
}

function digestOf(answer: HashAnswer, size: number): string {
  if (answer.kind === 'digest') return answer.digest;
  if (answer.kind === 'late') throw new AppError('LIMIT_EXCEEDED', 'the time limit for an image was reached');
  if (answer.kind === 'failed') throw new AppError('INPUT_UNREADABLE', answer.message);
  throw new AppError('ARCHIVE_CORRUPT', `it is cut short: ${answer.bytes} of ${size} bytes are there`);
}
