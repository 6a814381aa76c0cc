import type { Benchmark, Row } from '../benchmark.ts';
import { peakMemoryOf } from '../command.ts';
import { imageNames, needsImages } from '../images.ts';
import { median } from '../statistics.ts';
import { syntheticImages } from '../synthetic-image.ts';

export const peakMemory: Benchmark = {
  id: 'peak-memory',
  title: 'Peak memory',
  method:
    'Largest resident memory of the process (VmHWM) during a scan that knows no layer; MB are 10^6 bytes. The synthetic images are made anew: one layer with a file of 10 GB, 200 layers, one layer of a million files, 100,000 packages of npm, and a package database of 60 MB.',
  run: async ({ breakwater, images, runs, directory }) => {
    const rows: Row[] = [];
    const measure = async (subject: string, image: string, times: number) => {
      const values: number[] = [];
      for (let run = 0; run < times; run += 1) {
        breakwater.forget();
        values.push(await peakMemoryOf(breakwater.scan(image)));
      }
      rows.push({ subject, columns: [{ name: 'peak', unit: 'MB', values }] });
    };
    for (const name of images ? imageNames : []) {
      await measure(name, images?.plain(name) ?? '', runs);
      await measure(`${name}, gzip layers`, images?.gzip(name) ?? '', runs);
    }
    for (const { title, make } of syntheticImages) {
      const image = make(directory);
      await measure(title, image.path, 1);
      image.remove();
    }
    const figures = rows.map(({ columns }) => median(columns[0]?.values ?? []));
    return {
      rows,
      verdicts: [{ budget: 'peak memory of a scan', unit: 'MB', atMost: 250, figures }],
      notRun: images ? [] : [`the reference images: ${needsImages}`],
    };
  },
};
