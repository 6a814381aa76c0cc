import type { Exporter } from '../exporter.ts';

/** Loaded when used: a scan writes one format and should not wait for the others. In the order of the documentation. */
export const exporters: ReadonlyMap<string, () => Promise<Exporter>> = new Map([
  ['table', async () => (await import('./table.ts')).table],
  ['json', async () => (await import('./json.ts')).json],
  ['cyclonedx', async () => (await import('./cyclonedx.ts')).cyclonedx],
  ['spdx', async () => (await import('./spdx.ts')).spdx],
  ['sarif', async () => (await import('./sarif.ts')).sarif],
  ['csv', async () => (await import('./csv.ts')).csv],
  ['html', async () => (await import('./html.ts')).html],
  ['markdown', async () => (await import('./markdown.ts')).markdown],
]);
