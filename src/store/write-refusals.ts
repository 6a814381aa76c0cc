import { codeOf, diskFull } from './store-errors.ts';

/** What failed writes tell of the database's disk, also where nothing else can: nobody writes only to find out. */
export interface WriteRefusals {
  readonly note: (error: unknown) => void;
  /** Whether a write was refused for want of room, a moment ago. */
  readonly isRecent: () => boolean;
}

export function rememberRefusals(now = Date.now): WriteRefusals {
  let latest = Number.NEGATIVE_INFINITY;
  return {
    note: (error) => {
      if (codeOf(error) === diskFull) latest = now();
    },
    isRecent: () => now() - latest < recentMs,
  };
}

/** Whoever was refused has tried again by then. */
const recentMs = 30_000;
