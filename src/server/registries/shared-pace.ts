import type { Logger } from 'pino';
import { leftAlone, longestRestMs, type RegistryPace, spreadOf } from '../../images/registry/pace.ts';
import { longestWaitMs, sleep } from '../../lib/retry.ts';
import { restRegistry, takeTurns } from '../../store/registry-pace.ts';
import type { Store } from '../../store/tables.ts';

export interface SharedPaceParts {
  readonly store: Store;
  readonly log: Logger;
}

/**
 * Keeps all replicas together to the pace of one registry, and gives turns out in the order in which they were asked for.
 * While the store does not answer, each replica keeps to the pace by itself.
 */
export function createSharedPace(registry: number, requestsPerSecond: number, parts: SharedPaceParts): RegistryPace {
  const supply = createSupply(registry, requestsPerSecond, parts);
  const waiting = new Set<Waiter>();
  let giving = false;

  const giveOut = async (): Promise<void> => {
    if (giving) return;
    giving = true;
    while (waiting.size > 0) {
      const refusal = await supply.turn(() => waiting.size).catch((reason: unknown) => ({ reason }));
      if (refusal) for (const { refuse } of waiting) refuse(refusal.reason);
      else waiting.values().next().value?.go();
    }
    giving = false;
  };

  return {
    turn: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const ended = (settle: () => void) => {
          waiting.delete(waiter);
          signal?.removeEventListener('abort', stop);
          settle();
        };
        const stop = () => ended(() => reject(signal?.reason));
        const waiter: Waiter = { go: () => ended(resolve), refuse: (reason) => ended(() => reject(reason)) };
        signal?.addEventListener('abort', stop, { once: true });
        waiting.add(waiter);
        void giveOut();
      }),
    rest: supply.rest,
    restMs: supply.restMs,
  };
}

interface Waiter {
  readonly go: () => void;
  readonly refuse: (reason: unknown) => void;
}

interface Supply extends Pick<RegistryPace, 'rest' | 'restMs'> {
  /** Uses a turn up when its time has come. Throws RATE_LIMITED. */
  readonly turn: (wanted: () => number) => Promise<void>;
}

/** So much time's worth of turns is taken at once at most: as long as another replica waits for its own. */
const batchMs = 250;
/** Turns that were taken and not needed are lost after a while: saved up, they would be too many at once. */
const keptMs = 500;

/** Turns from the store, a few at a time: as many as are waited for, and more while the last ones did not last long. */
function createSupply(registry: number, requestsPerSecond: number, { store, log }: SharedPaceParts): Supply {
  const { gapMs, burstMs } = spreadOf(requestsPerSecond);
  const most = Math.max(1, Math.floor(batchMs / gapMs));
  const now = () => performance.now();
  let [left, next, lostAt] = [0, 0, 0];
  let [taken, takenAt] = [1, Number.NEGATIVE_INFINITY];
  let [rests, restEnds] = [0, 0];
  let telling: Promise<void> = Promise.resolve();

  const take = async (wanted: number): Promise<void> => {
    const since = now() - takenAt;
    const usual = since < batchMs ? taken * 2 : since < 4 * batchMs ? taken : 1;
    taken = Math.min(most, Math.max(usual, wanted));
    takenAt = now();
    left = 0;
    await telling;
    const restsBefore = rests;
    const asked = { registry, count: taken, gapMs, burstMs, longestWaitMs };
    const turns = await takeTurns(store, asked).catch((error) => {
      log.debug({ err: error, registry }, 'the pace of a registry is kept without the store');
      return { firstInMs: Math.max(0, next - now()) };
    });
    if (rests > restsBefore) return;
    const waitMs = 'restMs' in turns ? turns.restMs : turns.firstInMs;
    if (waitMs > longestWaitMs) {
      restEnds = now() + waitMs;
      throw leftAlone(Date.now() + waitMs);
    }
    left = taken;
    next = now() + waitMs;
    lostAt = Math.max(now(), next + left * gapMs) + keptMs;
  };

  return {
    turn: async (wanted) => {
      for (;;) {
        const wait = next - now();
        if (left === 0 || now() > lostAt) await take(wanted());
        else if (wait > 0) await sleep(wait);
        else break;
      }
      left -= 1;
      next += gapMs;
    },
    restMs: () => Math.max(0, restEnds - now()),
    rest: (ms) => {
      const restMs = Math.min(ms, longestRestMs);
      if (now() + restMs <= restEnds) return;
      restEnds = now() + restMs;
      next = Math.max(next, restEnds);
      left = 0;
      rests += 1;
      telling = Promise.all([telling, restRegistry(store, registry, restMs)]).then(
        () => undefined,
        (error) => log.warn({ err: error, registry }, 'other replicas could not be told that a registry wants a rest'),
      );
    },
  };
}
