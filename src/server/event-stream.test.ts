import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveEvent } from './contract/events.ts';
import { eventStream } from './event-stream.ts';
import type { Events } from './events.ts';

function told(): Events & { readonly listeners: Set<(event: LiveEvent) => void> } {
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    listeners,
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const everything = async (events: readonly LiveEvent[]) => events;
const always = async () => true;
const registry = (name: string): LiveEvent => ({ kind: 'registry', name });

test('events come as messages, and a quiet stream beats', async () => {
  const events = told();
  const stop = new AbortController();
  const stream = eventStream({ events, signal: stop.signal, allowed: everything, welcome: always, heartbeatMs: 20 });

  assert.equal((await stream.next()).value, 'retry: 2000\n\n');
  events.tell(registry('a'));
  assert.equal((await stream.next()).value, 'data: {"kind":"registry","name":"a"}\n\n');
  assert.equal((await stream.next()).value, ': still here\n\n');
  stop.abort();
  assert.equal((await stream.next()).done, true);
  assert.equal(events.listeners.size, 0);
});

test('a slow reader costs a bounded row of events and is told that it missed some', async () => {
  const events = told();
  const stop = new AbortController();
  const stream = eventStream({ events, signal: stop.signal, allowed: everything, welcome: always, waitingAtMost: 3 });
  await stream.next();

  for (let nth = 0; nth < 1_000; nth += 1) events.tell(registry(String(nth)));

  assert.equal((await stream.next()).value, 'event: missed\ndata: {}\n\n');
  assert.equal((await stream.next()).value?.split('data:').length, 4);
  stop.abort();
  await stream.next();
});

test('a stream ends with the session that opened it', async () => {
  const events = told();
  const { signal } = new AbortController();
  const stream = eventStream({ events, signal, allowed: everything, welcome: async () => false, heartbeatMs: 10 });
  await stream.next();

  assert.equal((await stream.next()).done, true);
  assert.equal(events.listeners.size, 0);
});

test('only what is allowed is told', async () => {
  const events = told();
  const stop = new AbortController();
  const allowed = async (all: readonly LiveEvent[]) =>
    all.filter((event) => event.kind === 'registry' && event.name === 'mine');
  const stream = eventStream({ events, signal: stop.signal, allowed, welcome: always });
  await stream.next();

  events.tell(registry('theirs'));
  events.tell(registry('mine'));

  assert.equal((await stream.next()).value, 'data: {"kind":"registry","name":"mine"}\n\n');
  stop.abort();
  await stream.next();
});
