import type { Image, Layer } from '../../src/images/image.ts';
import { defaultLimits } from '../../src/images/limits.ts';
import { openSubject } from '../../src/images/open-subject.ts';
import { readLayer } from '../../src/images/read-layer.ts';
import { imageSources } from '../../src/images/sources/index.ts';
import { analyseLayer, type LayerFacts } from '../../src/vulnerability/analyse-layer.ts';
import { assemble } from '../../src/vulnerability/assemble.ts';
import type { Cataloger } from '../../src/vulnerability/cataloger.ts';
import { catalogers } from '../../src/vulnerability/catalogers/index.ts';

/** Usage: take-apart.ts IMAGE — prints the milliseconds that the parts of a cold scan take, the large catalogers by name. */
const [reference = ''] = process.argv.slice(2);
const tellMs = 1;

const registry = { plainHttp: false, timeoutMs: 1000, retries: 0 };
const image = await openSubject(reference, imageSources, {
  platform: { os: 'linux', architecture: 'amd64' },
  registry,
});
if (image.kind !== 'image') throw new Error(`${reference} is no image`);
const options = { limits: defaultLimits, deadline: Date.now() + defaultLimits.imageMs };

const parts: Record<string, number> = {};
await timed('headers', () =>
  eachLayer(image, (layer) => readLayer(layer, () => undefined, { ...options, verified: true })),
);
await timed('headers and digests', () =>
  eachLayer(image, (layer) => readLayer(layer, () => undefined, { ...options, verified: false })),
);
const spent = new Map<string, number>();
const installed = catalogers.filter(({ scope }) => scope === 'image');
const watched = installed.map((cataloger) => watch(cataloger));
const layers: LayerFacts[] = [];
await timed('analyse', () =>
  eachLayer(image, async (layer) => {
    layers.push((await analyseLayer(layer, watched, { ...options, verified: false })).facts);
  }),
);
await timed('assemble', async () => {
  assemble(layers, installed);
});
for (const [id, ms] of [...spent].sort(([, a], [, b]) => b - a)) if (ms >= tellMs) parts[`extract ${id}`] = ms;
process.stdout.write(JSON.stringify(parts));

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  parts[name] = performance.now() - start;
}

async function eachLayer({ layers: all }: Image, work: (layer: Layer) => Promise<unknown>): Promise<void> {
  for (const layer of all) await work(layer);
}

function watch(cataloger: Cataloger): Cataloger {
  const extract: Cataloger['extract'] = (file) => {
    const start = performance.now();
    try {
      return cataloger.extract(file);
    } finally {
      spent.set(cataloger.id, (spent.get(cataloger.id) ?? 0) + performance.now() - start);
    }
  };
  return { ...cataloger, extract };
}
