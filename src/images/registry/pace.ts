import { AppError } from '../../lib/errors.ts';
import { longestWaitMs, sleep } from '../../lib/retry.ts';

/** Keeps the requests to one registry within what it bears, over everything that is given the same pace. */
export interface Pace {
  /** Waits for this request's turn. Throws RATE_LIMITED when the registry asked for a longer rest than one waits for. */
  readonly turn: (signal?: AbortSignal) => Promise<void>;
  /** The registry asked to be left alone for so long. */
  readonly rest: (ms: number) => void;
  /** When the next request may be made, by the clock `Date.now`. */
  readonly next: () => number;
}

/** Longest a registry's word is believed; who asks for more is asked again tomorrow. */
const longestRestMs = 24 * 60 * 60_000;

/** Requests are spread evenly; after a pause a second's worth may go at once. */
export function createPace(requestsPerSecond: number, now: () => number = Date.now): Pace {
  const gapMs = 1000 / requestsPerSecond;
  const burstMs = Math.max(0, 1000 - gapMs);
  let due = 0;
  let restUntil = 0;
  return {
    turn: async (signal) => {
      const at = now();
      if (restUntil - at > longestWaitMs) {
        const until = new Date(restUntil).toISOString();
        throw new AppError(
          'RATE_LIMITED',
          `The registry asked to be left alone until ${until}; it is asked again then.`,
        );
      }
      due = Math.max(due, restUntil, at - burstMs) + gapMs;
      const wait = due - gapMs - at;
      if (wait > 0) await sleep(wait, signal);
    },
    rest: (ms) => {
      restUntil = Math.max(restUntil, now() + Math.min(ms, longestRestMs));
    },
    next: () => Math.max(restUntil, due),
  };
}
