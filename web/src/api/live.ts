import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { LiveEvent } from '../../../src/server/contract/events.ts';
import { followEvents, type LiveState, missed } from './event-feed.ts';
import { applyJobEvent } from './jobs.ts';

/** First elements of the query keys that an event of a kind touches. */
const touches: Readonly<Record<LiveEvent['kind'], readonly string[]>> = {
  image: ['images', 'vulnerabilities', 'recommendations', 'overview', 'history', 'coverage'],
  job: ['jobs'],
  registry: ['registries', 'overview', 'coverage'],
  database: ['database', 'images', 'vulnerabilities', 'recommendations', 'overview', 'history'],
  exception: ['exceptions', 'images', 'vulnerabilities', 'recommendations', 'overview', 'history'],
  recommendation: ['recommendations', 'overview'],
};

const everything = [...new Set(Object.values(touches).flat())];

/** At most one round of fetching in so many milliseconds, however many events come. */
const roundMs = 1_500;

/**
 * Follows the server's events. What shows one thing is fetched again; lists are only marked outdated, so that rows do not
 * jump away under the pointer.
 */
export function useLiveUpdates(enabled: boolean): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    if (!enabled) return;
    const touched = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const heads = new Set(touched);
      touched.clear();
      for (const list of [true, false]) {
        void client.invalidateQueries({
          predicate: ({ queryKey }) => heads.has(String(queryKey[0])) && queryKey.includes('list') === list,
          refetchType: list ? 'none' : 'active',
        });
      }
    };
    const touch = (heads: readonly string[]) => {
      for (const head of heads) touched.add(head);
      timer ??= setTimeout(flush, roundMs);
    };
    let before: LiveState = 'connecting';
    const stop = followEvents(Object.keys(touches), {
      onState: (next) => {
        // What happened meanwhile was told to nobody.
        if (next === 'live' && before === 'lost') touch(everything);
        before = next;
        setState(next);
      },
      onData: (data) => {
        const event = eventOf(data);
        if (event?.kind === 'job' && applyJobEvent(client, event)) return;
        if (event) touch(touches[event.kind]);
        else if (data === missed) touch(everything);
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, enabled]);
  return state;
}

function eventOf(data: string): LiveEvent | undefined {
  try {
    const event = JSON.parse(data) as LiveEvent;
    return event.kind in touches ? event : undefined;
  } catch {
    // Not one of ours, or cut: the next event brings the news.
    return undefined;
  }
}
