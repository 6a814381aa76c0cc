import { digestsVisible } from '../../store/read/digests-visible.ts';
import { visibleTo } from '../../store/read/visibility.ts';
import type { ServerContext } from '../context.ts';
import type { LiveEvent } from '../contract/events.ts';
import { eventStream } from '../event-stream.ts';
import type { Events } from '../events.ts';
import { Refusal } from '../refusal.ts';
import { type Caller, type Route, route } from '../route.ts';
import { identify } from '../sign-in/identify.ts';

const listen = route({
  id: 'events.listen',
  method: 'GET',
  path: '/events',
  summary: 'What changes, as server-sent events: that something changed, not what.',
  access: { role: 'reader', within: 'scoped' },
  streams: ['text/event-stream'],
  handle: async ({ caller, headers, from, signal }, context) => {
    if (!caller) throw new Refusal('SIGN_IN_NEEDED', 'Sign in first.');
    const leave = enter(context.events, caller);
    const credentials = {
      authorization: headers.authorization as string | undefined,
      cookie: headers.cookie as string | undefined,
      from,
    };
    return {
      contentType: 'text/event-stream; charset=utf-8',
      body: leaving(
        eventStream({
          events: context.events,
          signal,
          allowed: (events) => allowedTo(context, caller, events),
          welcome: async () => (await identify(context, credentials, { touch: false })) !== undefined,
        }),
        leave,
      ),
    };
  },
});

export const eventRoutes: readonly Route[] = [listen];

/** A browser opens one for each tab. */
const listenersOfOne = 20;
const listenersInAll = 1_000;
const listening = new WeakMap<Events, Map<string, number>>();

/** Counts a listener in, and gives how to count it out. */
function enter(events: Events, { account, who }: Caller): () => void {
  const counts = listening.get(events) ?? new Map<string, number>();
  listening.set(events, counts);
  const own = counts.get(account) ?? 0;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (own >= listenersOfOne || all >= listenersInAll)
    throw new Refusal('RATE_LIMITED', 'Too many pages listen at once. Close some of them.', who, 30);
  counts.set(account, own + 1);
  return () => {
    const left = (counts.get(account) ?? 1) - 1;
    if (left > 0) counts.set(account, left);
    else counts.delete(account);
  };
}

async function* leaving(stream: AsyncGenerator<string>, leave: () => void): AsyncGenerator<string> {
  try {
    yield* stream;
  } finally {
    leave();
  }
}

/** Who sees a part of the estate does not hear of the rest. */
async function allowedTo(
  { store }: Pick<ServerContext, 'store'>,
  { grants }: Caller,
  events: readonly LiveEvent[],
): Promise<readonly LiveEvent[]> {
  if (grants.some(({ scope }) => scope.kind === 'all')) return events;
  const digests = events.flatMap((event) => (event.kind === 'image' ? [event.digest] : []));
  const seen = digests.length > 0 ? await digestsVisible(store, await visibleTo(store, grants), digests) : new Set();
  const registries = new Set(
    grants.flatMap(({ scope: { kind, value = '' } }) => {
      if (kind === 'registry') return [value];
      return kind === 'repository' ? [value.split('/')[0]] : [];
    }),
  );
  return events.filter((event) => {
    if (event.kind === 'image') return seen.has(event.digest);
    return event.kind !== 'registry' || registries.has(event.name);
  });
}
