import type { Benchmark, Row } from '../benchmark.ts';
import { imageNames, needsImages } from '../images.ts';
import { resultOf } from '../program.ts';

export const catalogers: Benchmark = {
  id: 'catalogers',
  title: 'Where the time of a cold scan goes',
  method:
    'In one process without the start of Node: walking the headers of all layers; the same with digests; then each cataloger’s extract, read of its files included, and assembling. Profiling costs a little, so parts may exceed the whole.',
  run: async ({ images, runs }) => {
    if (!images) return { rows: [], verdicts: [], notRun: [needsImages] };
    const rows = imageNames.flatMap((name): Row[] => {
      const results = Array.from(
        { length: runs },
        () => resultOf('take-apart.ts', [images.plain(name)]) as Record<string, number>,
      );
      return Object.keys(results[0] ?? {}).map((part) => ({
        subject: `${name}: ${part}`,
        columns: [{ name: 'time', unit: 'ms', values: results.map((result) => result[part] ?? 0) }],
      }));
    });
    return { rows, verdicts: [], notRun: [] };
  },
};
