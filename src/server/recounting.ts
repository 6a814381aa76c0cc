import { setTimeout as wait } from 'node:timers/promises';
import { refreshReaches } from '../store/reach.ts';
import { readRecounted, recount } from '../store/recount.ts';
import type { ServerContext } from './context.ts';
import { type Demand, leaveRoom } from './demand.ts';

const lookEveryMs = 1_000;
/** Counting takes at most this part of the time, however often something changes; less while very much is asked. */
const share = { usual: 0.1, busy: 0.03 };
/** Between two of its pieces while very much is asked: a thousand of them in an estate of 50,000 images. */
const pauseMs = 20;

export interface Recounting {
  readonly stop: () => Promise<void>;
}

/** Keeps the counts over all images close to what they count: at once in a small estate, every minute in a large one. */
export function startRecounting({ store, demand, log }: Pick<ServerContext, 'store' | 'demand' | 'log'>): Recounting {
  const ended = new AbortController();
  const run = async () => {
    while (!ended.signal.aborted) {
      await recountWhenDue(store, demand).catch((error) =>
        log.warn({ err: error }, 'the counts could not be made anew'),
      );
      await wait(lookEveryMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: () => {
      ended.abort();
      return running;
    },
  };
}

/** Not before the last count has been of use for a while; then what callers see who see a part of it. */
async function recountWhenDue(store: ServerContext['store'], demand: Demand): Promise<void> {
  const pause = () => leaveRoom(demand, pauseMs);
  const last = await readRecounted(store);
  if (last.isDue && last.ageMs >= last.took / (demand.isHigh() ? share.busy : share.usual)) await recount(store, pause);
  await refreshReaches(store, pause);
}
