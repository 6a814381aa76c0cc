/** How one attempt ended: done, failed for good, or failed in a way that may pass. */
export type Outcome<T> =
  | { readonly done: true; readonly value: T }
  | {
      readonly done: false;
      readonly error: Error;
      /** Whether another attempt makes sense. */
      readonly again: boolean;
      /** How long the other side asked to be left alone. */
      readonly afterMs?: number | undefined;
    };

export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
}

/** Longest wait that a server may ask for; beyond it, waiting is left to the person. */
export const longestWaitMs = 60_000;

const firstWaitMs = 250;
const longestBackOffMs = 15_000;

/** Attempts until one is done, with exponential back-off; throws the last attempt's error. */
export async function retrying<T>(attempt: () => Promise<Outcome<T>>, policy: RetryPolicy): Promise<T> {
  for (let failures = 0; ; failures++) {
    const outcome = await attempt();
    if (outcome.done) return outcome.value;
    const afterMs = outcome.afterMs ?? 0;
    if (!outcome.again || failures >= policy.retries || afterMs > longestWaitMs) throw outcome.error;
    await sleep(Math.max(afterMs, backOffMs(failures)), policy.signal);
  }
}

/** Half fixed, half random, so that many clients that failed together do not come back together. */
export function backOffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestBackOffMs, firstWaitMs * 2 ** failures);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

/**
 * The header's two forms, seconds and an HTTP date, as milliseconds from now; undefined when it is neither.
 * https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2}.{1,40}GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
