import type { Random } from './random.ts';

/** One thing to be fuzzed. */
export interface Target {
  readonly name: string;
  /** Makes an input and tries it; throws when a promise was broken. `keep` is told the input, for the report. */
  readonly attempt: (random: Random, keep: (input: unknown) => void) => void | Promise<void>;
}

/** Thrown by a target: the program broke its promise. */
export class BrokenPromise extends Error {}
