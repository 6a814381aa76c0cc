import type { Store } from '../store/tables.ts';

interface Remembered {
  readonly answer: Promise<unknown>;
  readonly until: number;
}

const memories = new WeakMap<Store, Map<string, Remembered>>();
const most = 500;

/**
 * The answer of `make`, made once for all who ask the same within so many milliseconds: what takes a look at every image
 * need not take it anew for each of many readers. A failure is told to those who wait for it, and forgotten.
 */
export function rememberShortly<T>(store: Store, key: unknown, ms: number, make: () => Promise<T>): Promise<T> {
  const memory = memories.get(store) ?? new Map<string, Remembered>();
  memories.set(store, memory);
  const name = JSON.stringify(key);
  const known = memory.get(name);
  if (known && known.until > performance.now()) return known.answer as Promise<T>;
  const answer = make();
  memory.delete(name);
  memory.set(name, { answer, until: performance.now() + ms });
  answer.catch(() => memory.delete(name));
  const [oldest] = memory.keys();
  if (memory.size > most && oldest !== undefined) memory.delete(oldest);
  return answer;
}
