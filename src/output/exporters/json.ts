import type { Exporter } from '../exporter.ts';

/** The report as it is; `schemas/report-1.json` is its published schema. */
export const json: Exporter = {
  id: 'json',
  title: 'The whole report, for programs',
  mediaType: 'application/json',
  write: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
};
