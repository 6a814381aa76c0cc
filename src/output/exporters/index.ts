import type { Exporter } from '../exporter.ts';
import { csv } from './csv.ts';
import { cyclonedx } from './cyclonedx.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import { spdx } from './spdx.ts';
import { table } from './table.ts';

/** In the order of the documentation. */
export const exporters: readonly Exporter[] = [table, json, cyclonedx, spdx, sarif, csv, html, markdown];
