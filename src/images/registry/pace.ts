import { AppError } from '../../lib/errors.ts';
import { longestWaitMs, sleep } from '../../lib/retry.ts';

/** Keeps the requests to one registry within what it bears, over everything that is given the same pace. */
export interface Pace {
  /** Waits for this request's turn. Throws RATE_LIMITED when the registry asked for a longer rest than one waits for. */
  readonly turn: (signal?: AbortSignal) => Promise<void>;
  /** The registry asked to be left alone for so long. */
  readonly rest: (ms: number) => void;
}

export interface RegistryPace extends Pace {
  /** How much is left of the rest that the registry asked for, as far as is known here. */
  readonly restMs: () => number;
}

/** Longest a registry's word is believed; who asks for more is asked again tomorrow. */
export const longestRestMs = 24 * 60 * 60_000;

/** Requests are spread evenly; after a pause a second's worth may go at once. */
export function spreadOf(requestsPerSecond: number): { readonly gapMs: number; readonly burstMs: number } {
  const gapMs = 1000 / requestsPerSecond;
  return { gapMs, burstMs: Math.max(0, 1000 - gapMs) };
}

/** For whoever asks a registry alone. */
export function createPace(requestsPerSecond: number, now: () => number = Date.now): RegistryPace {
  const { gapMs, burstMs } = spreadOf(requestsPerSecond);
  let due = 0;
  let restUntil = 0;
  return {
    turn: async (signal) => {
      const at = now();
      if (restUntil - at > longestWaitMs) throw leftAlone(restUntil);
      due = Math.max(due, restUntil, at - burstMs) + gapMs;
      const wait = due - gapMs - at;
      if (wait > 0) await sleep(wait, signal);
    },
    rest: (ms) => {
      restUntil = Math.max(restUntil, now() + Math.min(ms, longestRestMs));
    },
    restMs: () => Math.max(0, restUntil - now()),
  };
}

/** Why nobody waits for a turn: the registry wants a rest until then, by the clock `Date.now`. */
export function leftAlone(until: number): AppError {
  const message = `The registry asked to be left alone until ${new Date(until).toISOString()}; it is asked again then.`;
  return new AppError('RATE_LIMITED', message);
}
