import type { LiveEvent } from './contract/events.ts';

/** What happened, told to every replica and from there to every open page. */
export interface Events {
  /** Never fails: a lost event costs a page a little freshness. */
  readonly tell: (event: LiveEvent) => void;
  /** Calls back until the answer is called. */
  readonly listen: (listener: (event: LiveEvent) => void) => () => void;
}
