import type { Breakwater } from './breakwater.ts';
import type { Images } from './images.ts';
import type { Peers } from './peers.ts';

/** One question about speed or memory, answered with figures. */
export interface Benchmark {
  /** The file's name; what `--only` takes. */
  readonly id: string;
  readonly title: string;
  /** How it is measured, for the documentation. */
  readonly method: string;
  readonly run: (context: BenchContext) => Promise<Outcome>;
}

/** What a benchmark may use. Parts that were not given are undefined; it then says what it left out. */
export interface BenchContext {
  /** Counted runs of each side. */
  readonly runs: number;
  readonly breakwater: Breakwater;
  readonly images: Images | undefined;
  readonly peers: Peers | undefined;
  readonly estate: EstateOptions;
  /** An empty directory of this benchmark, removed afterwards. */
  readonly directory: string;
}

/** The large store that a server is measured on. */
export interface EstateOptions {
  readonly images: number;
  /** Data directory of a server that holds it, made when there is none; else it is made for this run. */
  readonly dataDir: string | undefined;
  /** The same with 50,000 images. */
  readonly largeDataDir: string | undefined;
  /** How long it is asked. */
  readonly seconds: number;
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  /** What could not be measured, each with the option that makes it possible. */
  readonly notRun: readonly string[];
}

/** One line of a table: one subject, and what was measured of it. Rows of one benchmark have the same columns or lack some. */
export interface Row {
  readonly subject: string;
  readonly columns: readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly unit: Unit;
  /** One figure for each run; side by side where the same run measured several. */
  readonly values: readonly number[];
}

export type Unit = 'ms' | 'kB' | 'MB' | '×' | 'million/s' | '';

/** A budget of the design, and how near the measured figures come to it. */
export interface Verdict {
  readonly budget: string;
  readonly unit: Unit;
  readonly atMost: number;
  /** Medians, one for each subject. */
  readonly figures: readonly number[];
}

export function isMet({ atMost, figures }: Verdict): boolean {
  return figures.length > 0 && figures.every((figure) => figure <= atMost);
}
