import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Row } from '../benchmark.ts';
import { inTurn, timeOf } from '../command.ts';
import { extractLayers, imageNames, needsImages } from '../images.ts';
import { geometricMean, median, ratios } from '../statistics.ts';

export const gzipLayers: Benchmark = {
  id: 'gzip-layers',
  title: 'Image to findings, gzip layers',
  method:
    'Wall time of a scan of an OCI archive that knows no layer, against `gzip -dc` of the same layers from files of their own to nowhere.',
  run: async ({ breakwater, images, runs, directory }) => {
    if (!images) return { rows: [], verdicts: [], notRun: [needsImages] };
    const rows: Row[] = [];
    const medians: number[] = [];
    for (const name of imageNames) {
      const layers = extractLayers(images.gzip(name), join(directory, name));
      const { ours, gzip } = inTurn(
        {
          ours: () => {
            breakwater.forget();
            return timeOf(breakwater.scan(images.gzip(name)));
          },
          gzip: () => layers.reduce((sum, layer) => sum + timeOf({ program: 'gzip', args: ['-dc', layer] }), 0),
        },
        runs,
      );
      rmSync(join(directory, name), { recursive: true });
      const ofGzip = ratios(ours, gzip);
      medians.push(median(ofGzip));
      rows.push({
        subject: name,
        columns: [
          { name: 'Breakwater', unit: 'ms', values: ours },
          { name: 'gzip -dc', unit: 'ms', values: gzip },
          { name: 'of gzip', unit: '×', values: ofGzip },
        ],
      });
    }
    const verdicts = [
      {
        budget: 'gzip layers, of the time of `gzip -dc`, geometric mean',
        unit: '×',
        atMost: 0.8,
        figures: [geometricMean(medians)],
      },
      { budget: 'gzip layers, of the time of `gzip -dc`, each image', unit: '×', atMost: 0.9, figures: medians },
    ] as const;
    return { rows, verdicts, notRun: [] };
  },
};
