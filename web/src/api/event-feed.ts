import { apiBase } from './request.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

/** Stands for all events that were not delivered: whatever is shown may be old. */
export const missed = 'missed';

type Told = { readonly state: LiveState } | { readonly data: string } | { readonly ask: 'state' };

interface Listener {
  readonly onState: (state: LiveState) => void;
  readonly onData: (data: string) => void;
}

const name = 'breakwater-events';

/**
 * The server's events, over one connection for all open tabs: a browser allows six to a server, and each tab with one
 * of its own would soon leave none for the pages. The tab that holds the lock listens and tells the others; when it
 * closes, the next takes over.
 */
export function followEvents(kinds: readonly string[], listener: Listener): () => void {
  if (!('locks' in navigator)) return openSource(kinds, listener);
  const channel = new BroadcastChannel(name);
  const stop = new AbortController();
  let state: LiveState = 'connecting';
  let leads = false;
  channel.onmessage = ({ data: told }: MessageEvent<Told>) => {
    if ('ask' in told) {
      if (leads) channel.postMessage({ state });
    } else if ('state' in told) listener.onState(told.state);
    else listener.onData(told.data);
  };
  channel.postMessage({ ask: 'state' });
  const lead = () =>
    new Promise<void>((release) => {
      leads = true;
      const close = openSource(kinds, {
        onState: (next) => {
          state = next;
          listener.onState(next);
          channel.postMessage({ state: next });
        },
        onData: (data) => {
          listener.onData(data);
          channel.postMessage({ data });
        },
      });
      stop.signal.addEventListener('abort', () => {
        close();
        release();
      });
    });
  navigator.locks.request(name, { signal: stop.signal }, lead).catch((error: unknown) => {
    // Refused, not merely given up: then this tab listens for itself.
    if (!stop.signal.aborted) {
      console.warn('Tabs cannot share the stream of changes.', error);
      stop.signal.addEventListener('abort', openSource(kinds, listener));
    }
  });
  return () => {
    stop.abort();
    channel.close();
  };
}

function openSource(kinds: readonly string[], { onState, onData }: Listener): () => void {
  const source = new EventSource(`${apiBase}/events`);
  const onMessage = (message: MessageEvent<string>) => onData(message.data);
  source.onopen = () => onState('live');
  source.onerror = () => onState('lost');
  source.onmessage = onMessage;
  for (const kind of kinds) source.addEventListener(kind, onMessage);
  source.addEventListener('missed', () => onData(missed));
  return () => source.close();
}
