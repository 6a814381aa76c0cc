import type { Report } from '../model/report.ts';

export interface ExportOptions {
  /** Write terminal colours. Only the table heeds it. */
  readonly colour: boolean;
  /** Width of the terminal in columns. Only the table heeds it. */
  readonly columns: number;
  /** Time of writing, ISO; handed in so that output is reproducible. */
  readonly now: string;
}

/** Writes a report as a document. */
export interface Exporter {
  /** The file's name, for ever: the value of `--format`. */
  readonly id: string;
  readonly title: string;
  readonly mediaType: string;
  /** The same for the same arguments, byte for byte. Text from the image never reaches the reader's program as code. */
  readonly write: (report: Report, options: ExportOptions) => string;
  /** The same text piece by piece, where a report may be too large to be held as one. */
  readonly pieces?: (report: Report, options: ExportOptions) => Iterable<string>;
}
