import type { Exporter } from '../exporter.ts';
import { json } from './json.ts';

/** In the order of the documentation. */
export const exporters: readonly Exporter[] = [json];
