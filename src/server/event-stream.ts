import type { LiveEvent } from './contract/events.ts';
import type { Events } from './events.ts';

export interface EventStreamOptions {
  readonly events: Events;
  readonly signal: AbortSignal;
  /** What of these the reader may hear. */
  readonly allowed: (events: readonly LiveEvent[]) => Promise<readonly LiveEvent[]>;
  /** Asked with each heartbeat; the stream ends when it says no. */
  readonly welcome: () => Promise<boolean>;
  readonly heartbeatMs?: number;
  /** Events that wait for a slow reader; beyond them it is told to load everything anew. */
  readonly waitingAtMost?: number;
}

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html. */
export async function* eventStream({
  events,
  signal,
  allowed,
  welcome,
  heartbeatMs = 15_000,
  waitingAtMost = 500,
}: EventStreamOptions): AsyncGenerator<string> {
  const waiting = new Map<string, LiveEvent>();
  let missed = false;
  let wake = () => {};
  const stop = events.listen((event) => {
    if (waiting.size < waitingAtMost) waiting.set(JSON.stringify(event), event);
    else missed = true;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    yield 'retry: 2000\n\n';
    let nextBeat = Date.now() + heartbeatMs;
    while (!signal.aborted) {
      if (waiting.size === 0) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (waiting.size === 0 && !signal.aborted) await within(woken, nextBeat - Date.now());
      }
      if (signal.aborted) return;
      if (Date.now() >= nextBeat) {
        nextBeat = Date.now() + heartbeatMs;
        if (!(await welcome())) return;
        yield ': still here\n\n';
      }
      const gathered = [...waiting.values()];
      waiting.clear();
      if (missed) yield 'event: missed\ndata: {}\n\n';
      missed = false;
      const shown = gathered.length > 0 ? await allowed(gathered) : [];
      if (shown.length > 0) yield shown.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms));
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
