/** How much is asked of this server now, by people and programs. */
export interface Demand {
  readonly count: () => void;
  /** Requests that were answered in the last second. */
  readonly perSecond: () => number;
}

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
  return {
    count: () => {
      turn();
      since += 1;
    },
    perSecond: () => {
      turn();
      return Math.max(before, since);
    },
  };
}
