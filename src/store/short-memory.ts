import { sql } from 'kysely';
import type { Store } from './tables.ts';

interface Remembered {
  readonly answer: Promise<unknown>;
  readonly until: number;
  readonly state: unknown;
}

const memories = new WeakMap<Store, Map<string, Remembered>>();
const most = 500;

/**
 * The answer of `make`, made once for all who ask the same within so many milliseconds: what takes a look at every image
 * need not take it anew for each of many readers. A failure is told to those who wait for it, and forgotten. With a
 * `state`, an answer stands no longer than that is the same.
 */
export function rememberShortly<T>(
  store: Store,
  key: unknown,
  ms: number,
  make: () => Promise<T>,
  state?: unknown,
): Promise<T> {
  const memory = memories.get(store) ?? new Map<string, Remembered>();
  memories.set(store, memory);
  const name = JSON.stringify(key);
  const known = memory.get(name);
  const now = performance.now();
  if (known && known.until > now && known.state === state) return known.answer as Promise<T>;
  const answer = make();
  // Answers may be long lists: none is kept for nobody.
  for (const [each, { until }] of memory) if (until <= now) memory.delete(each);
  memory.delete(name);
  memory.set(name, { answer, until: now + ms, state });
  answer.catch(() => memory.delete(name));
  const [oldest] = memory.keys();
  if (memory.size > most && oldest !== undefined) memory.delete(oldest);
  return answer;
}

/** What was remembered of this store is asked for anew: for whoever just changed something and looks at it. */
export function forgetRemembered(store: Store): void {
  memories.delete(store);
}

/** In smaller estates everything is counted when it is asked for. */
const largeEstate = 5_000;
const totalMs = 2_000;
const estateMs = 60_000;

/** The total of a list, counted anew each time; where that means to look at very many images, up to two seconds old. */
export async function rememberTotal(store: Store, key: unknown, count: () => Promise<number>): Promise<number> {
  return (await imagesInEstate(store)) < largeEstate ? count() : rememberShortly(store, key, totalMs, count);
}

/** About how many. */
export function imagesInEstate(store: Store): Promise<number> {
  return rememberShortly(store, 'images in the estate', estateMs, () => estimateImages(store));
}

/** As the database's own statistics have it; a new table has none. */
async function estimateImages(store: Store): Promise<number> {
  const { rows } = await sql<{ images: number }>`SELECT reltuples::int AS images FROM pg_class
    WHERE oid = 'image'::regclass`.execute(store);
  return rows[0]?.images ?? 0;
}
