/** Lets so many through at a time, and so many wait; who comes then is sent away. */
export interface Turnstile {
  /** Undefined when too many wait already. */
  readonly pass: <T>(work: () => Promise<T>) => Promise<T> | undefined;
}

export function createTurnstile(atOnce: number, waitingAtMost: number): Turnstile {
  const waiting: (() => void)[] = [];
  let inside = 0;
  /** Whoever leaves gives the place to the next in line, so that nobody new can take it. */
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else inside--;
  };
  return {
    pass: (work) => {
      if (inside >= atOnce) {
        if (waiting.length >= waitingAtMost) return undefined;
        return new Promise<void>((begin) => waiting.push(begin)).then(work).finally(leave);
      }
      inside++;
      return Promise.resolve().then(work).finally(leave);
    },
  };
}
