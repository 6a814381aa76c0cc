import type { Benchmark, Row } from '../benchmark.ts';
import { inTurn, timeOf } from '../command.ts';
import { imageNames, needsImages } from '../images.ts';
import { median } from '../statistics.ts';

export const knownImage: Benchmark = {
  id: 'known-image',
  title: 'An image that was scanned before',
  method: 'Wall time of the second and later scans of the same archive: layers come from the cache.',
  run: async ({ breakwater, images, runs }) => {
    if (!images) return { rows: [], verdicts: [], notRun: [needsImages] };
    breakwater.forget();
    const rows: Row[] = imageNames.map((name) => {
      const { ours } = inTurn({ ours: () => timeOf(breakwater.scan(images.plain(name))) }, runs);
      return { subject: name, columns: [{ name: 'Breakwater', unit: 'ms', values: ours }] };
    });
    const figures = rows.map(({ columns }) => median(columns[0]?.values ?? []));
    return { rows, verdicts: [{ budget: 'a known image', unit: 'ms', atMost: 150, figures }], notRun: [] };
  },
};
