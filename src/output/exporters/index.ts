import type { Exporter } from '../exporter.ts';

/** In the order of the documentation. */
export const exporters: readonly Exporter[] = [];
