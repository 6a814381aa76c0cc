import type { Logger } from 'pino';
import { leftAlone, longestRestMs, type Pace, spreadOf } from '../../images/registry/pace.ts';
import { longestWaitMs, sleep } from '../../lib/retry.ts';
import { restRegistry, takeTurns } from '../../store/registry-pace.ts';
import type { Store } from '../../store/tables.ts';

export interface SharedPaceParts {
  readonly store: Store;
  readonly log: Logger;
}

interface Waiter {
  readonly go: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** So much time's worth of turns is taken at once at most: as long as another replica waits for its own. */
const batchMs = 250;
/** Turns that were taken and not needed are lost after a while: saved up, they would be too many at once. */
const keptMs = 500;

/**
 * Keeps all replicas together to the pace of one registry. Turns are taken from the store, a few at a time and no more
 * than are likely to be needed, and given out at their time in the order in which they were asked for. While the store
 * does not answer, each replica keeps to the pace by itself.
 */
export function createSharedPace(registry: number, requestsPerSecond: number, { store, log }: SharedPaceParts): Pace {
  const { gapMs, burstMs } = spreadOf(requestsPerSecond);
  const most = Math.max(1, Math.floor(batchMs / gapMs));
  const now = () => performance.now();
  const waiting = new Set<Waiter>();
  let telling = Promise.resolve();
  let giving = false;
  let [left, next, lostAt, rests] = [0, 0, 0, 0];
  let [taken, takenAt] = [1, Number.NEGATIVE_INFINITY];

  const take = async (): Promise<void> => {
    const since = now() - takenAt;
    const usual = since < batchMs ? taken * 2 : since < 4 * batchMs ? taken : 1;
    taken = Math.min(most, Math.max(usual, waiting.size));
    takenAt = now();
    left = 0;
    await telling;
    const restsBefore = rests;
    const wanted = { registry, count: taken, gapMs, burstMs, longestWaitMs };
    const turns = await takeTurns(store, wanted).catch((error) => {
      log.debug({ err: error, registry }, 'the pace of a registry is kept without the store');
      return { firstInMs: Math.max(0, next - now()) };
    });
    if (rests > restsBefore) return;
    const waitMs = 'restMs' in turns ? turns.restMs : turns.firstInMs;
    next = now() + waitMs;
    if (waitMs > longestWaitMs) refuseAll(leftAlone(Date.now() + waitMs));
    else left = taken;
    lostAt = Math.max(now(), next + left * gapMs) + keptMs;
  };
  const refuseAll = (reason: unknown): void => {
    for (const { refuse } of waiting) refuse(reason);
    waiting.clear();
  };
  const giveOut = async (): Promise<void> => {
    if (giving) return;
    giving = true;
    for (let [first] = waiting; first; [first] = waiting) {
      const wait = next - now();
      if (left === 0 || now() > lostAt) await take();
      else if (wait > 0) await sleep(wait);
      else {
        left -= 1;
        next += gapMs;
        waiting.delete(first);
        first.go();
      }
    }
    giving = false;
  };

  return {
    turn: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          waiting.delete(waiter);
          reject(signal?.reason);
        };
        const ended = (settle: () => void) => {
          signal?.removeEventListener('abort', stop);
          settle();
        };
        const waiter: Waiter = { go: () => ended(resolve), refuse: (reason) => ended(() => reject(reason)) };
        signal?.addEventListener('abort', stop, { once: true });
        waiting.add(waiter);
        void giveOut();
      }),
    rest: (ms) => {
      const restMs = Math.min(ms, longestRestMs);
      rests += 1;
      left = 0;
      next = Math.max(next, now() + restMs);
      telling = restRegistry(store, registry, restMs).catch((error) =>
        log.warn({ err: error, registry }, 'other replicas could not be told that a registry wants a rest'),
      );
    },
  };
}
