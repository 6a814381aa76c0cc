import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import * as z from 'zod';
import { messageOf } from '../lib/errors.ts';
import { type LiveEvent, liveEvent } from './contract/events.ts';
import type { Events } from './events.ts';

export interface SharedEvents extends Events {
  readonly close: () => Promise<void>;
}

export interface SharedEventsOptions {
  /** Of the store; one connection of its own is held to it. */
  readonly url: string;
  readonly log: Logger;
  /** Events are gathered for so long: equal ones are told once. */
  readonly gatherMs?: number;
}

/** What the connection calls itself: there is one for each replica. */
export const eventsApplication = 'breakwater-events';

const channel = 'breakwater_events';
/** PostgreSQL takes less than 8,000 bytes. */
const payloadBytes = 7_000;
const waitingAtMost = 2_000;

/**
 * Events over LISTEN and NOTIFY: every replica hears what any of them tells, in the order it was told. While the
 * database cannot be reached, what is told here is heard here.
 */
export function openEvents({ url, log, gatherMs = 50 }: SharedEventsOptions): SharedEvents {
  const listeners = new Set<(event: LiveEvent) => void>();
  const waiting = new Map<string, LiveEvent>();
  const closing = new AbortController();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const hear = (event: LiveEvent) => {
    for (const listener of listeners)
      try {
        listener(event);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'A listener to events failed.');
      }
  };

  const flush = async () => {
    timer = undefined;
    const events = [...waiting.values()];
    waiting.clear();
    for (const payload of payloadsOf(events)) {
      try {
        if (!client) throw new Error('not connected');
        await client.query('SELECT pg_notify($1, $2)', [channel, payload]);
      } catch {
        for (const event of eventsIn(payload)) hear(event);
      }
    }
  };

  const running = keepConnected();
  return {
    tell: (event) => {
      const text = JSON.stringify(event);
      if (waiting.size < waitingAtMost) waiting.set(text, event);
      timer ??= setTimeout(flush, gatherMs).unref();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      clearTimeout(timer);
      await flush();
      closing.abort();
      await client?.end().catch(() => undefined);
      await running;
    },
  };

  async function keepConnected(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      const made = new pg.Client({ connectionString: url, application_name: eventsApplication, keepAlive: true });
      const lost = new Promise<void>((resolve) => {
        made.on('end', resolve);
        made.on('error', () => resolve());
      });
      made.on('notification', ({ payload }) => {
        for (const event of eventsIn(payload ?? '')) hear(event);
      });
      try {
        await made.connect();
        await made.query(`LISTEN ${channel}`);
        failures = 0;
        if (!closing.signal.aborted) {
          client = made;
          await lost;
        }
        if (!closing.signal.aborted) log.warn('The connection for live events was lost; it is made again.');
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ error: messageOf(error) }, 'No connection for live events; trying again.');
      }
      client = undefined;
      await made.end().catch(() => undefined);
      const pauseMs = Math.min(10_000, 200 * 2 ** Math.min(failures, 6));
      await wait(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }
}

const eventList = z.array(liveEvent);

/** Anybody with the database's password may notify: what does not fit is left out. */
function eventsIn(payload: string): readonly LiveEvent[] {
  try {
    return eventList.safeParse(JSON.parse(payload)).data ?? [];
  } catch {
    return [];
  }
}

/** As few notifications as their size allows. */
function payloadsOf(events: readonly LiveEvent[]): readonly string[] {
  const payloads: string[] = [];
  let gathered: string[] = [];
  let size = 0;
  for (const event of events) {
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text) + 1;
    if (bytes > payloadBytes) continue;
    if (size + bytes > payloadBytes) {
      payloads.push(`[${gathered.join(',')}]`);
      gathered = [];
      size = 0;
    }
    gathered.push(text);
    size += bytes;
  }
  if (gathered.length > 0) payloads.push(`[${gathered.join(',')}]`);
  return payloads;
}
