import type { Exporter } from '../exporter.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { table } from './table.ts';

/** In the order of the documentation. */
export const exporters: readonly Exporter[] = [table, json, csv, markdown];
