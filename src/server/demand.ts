import { setTimeout as wait } from 'node:timers/promises';

/** How much is asked of this server now, by people and programs. */
export interface Demand {
  readonly count: () => void;
  /** Requests that were answered in the last second. */
  readonly perSecond: () => number;
  /** Whoever asks comes first now, and work that nobody waits for leaves room. */
  readonly isHigh: () => boolean;
}

/** A quarter of what a server on two processors answers. */
const highPerSecond = 50;

export function createDemand(now: () => number = () => performance.now()): Demand {
  let began = now();
  let [before, since] = [0, 0];
  const turn = () => {
    const passed = now() - began;
    if (passed < 1_000) return;
    before = passed < 2_000 ? since : 0;
    since = 0;
    began = now();
  };
  const perSecond = () => {
    turn();
    return Math.max(before, since);
  };
  return {
    count: () => {
      turn();
      since += 1;
    },
    perSecond,
    isHigh: () => perSecond() > highPerSecond,
  };
}

const lookMs = 250;

/** Waits while very much is asked, but no longer than so many milliseconds: work goes on under any load, only slower. */
export async function leaveRoom(demand: Demand, atMostMs: number): Promise<void> {
  for (let left = 0; left < atMostMs && demand.isHigh(); left += lookMs)
    await wait(Math.min(lookMs, atMostMs - left), undefined, { ref: false });
}
