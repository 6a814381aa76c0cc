import { jsonPieces } from '../../lib/json-pieces.ts';
import type { Report } from '../../model/report.ts';
import type { Exporter } from '../exporter.ts';
import { documentParts } from '../report-document.ts';

/** `schemas/report-1.json` is its published schema. */
export const json: Exporter = {
  id: 'json',
  title: 'The whole report, for programs',
  mediaType: 'application/json',
  pieces,
  write: (report) => [...pieces(report)].join(''),
};

function* pieces(report: Report): Generator<string> {
  yield* jsonPieces({ ...documentParts(report) });
  yield '\n';
}
