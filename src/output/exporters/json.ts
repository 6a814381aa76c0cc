import { visibleJson } from '../../lib/visible-text.ts';
import type { Exporter } from '../exporter.ts';
import { toDocument } from '../report-document.ts';

/** `schemas/report-1.json` is its published schema. */
export const json: Exporter = {
  id: 'json',
  title: 'The whole report, for programs',
  mediaType: 'application/json',
  write: (report) => `${visibleJson(toDocument(report), 2)}\n`,
};
