import type { Benchmark } from '../benchmark.ts';
import { imageNames, needsImages } from '../images.ts';
import { resultOf } from '../program.ts';

const images = 50_000;
const recorded = 1_000;

export const storeDelta: Benchmark = {
  id: 'store-delta',
  title: `${images.toLocaleString('en')} images of 300 packages in the store`,
  method: `An estate generated from the packages of the reference images (bases in many variants, libraries by popularity in many versions) in the server's own PostgreSQL. ${recorded.toLocaleString('en')} images are recorded one by one into an empty store, two at a time, as the server does with what its workers find; then all are loaded in bulk, and a vulnerability database is put in force in which the hundred most frequent packages have a new flaw each. Once, whatever the number of runs; every summary is compared with a recount.`,
  run: async ({ breakwater, images: reference, directory }) => {
    if (!reference) return { rows: [], verdicts: [], notRun: [needsImages] };
    const archives = imageNames.map((name) => reference.plain(name));
    const result = resultOf('measure-estate.ts', [
      breakwater.database,
      directory,
      String(images),
      String(recorded),
      ...archives,
    ]) as Result;
    const time = (subject: string, ms: number) => ({
      subject,
      columns: [{ name: 'time', unit: 'ms', values: [ms] }] as const,
    });
    const count = (subject: string, value: number) => ({
      subject,
      columns: [{ name: 'count', unit: '', values: [value] }] as const,
    });
    return {
      rows: [
        time(`${recorded} images recorded from an empty store`, result.recording),
        time('all loaded in bulk', result.loading),
        time('a delta of 100 packages', result.delta),
        count('distinct package versions', result.components),
        count('images that the delta changed', result.imagesChanged),
        count('findings that it brought', result.appeared),
        { subject: 'on disk', columns: [{ name: 'size', unit: 'MB', values: [result.size] }] },
      ],
      verdicts: [
        {
          budget: 'feed delta to updated findings, 50,000 images',
          unit: 'ms',
          atMost: 10_000,
          figures: [result.delta],
        },
        {
          budget: '1,000 images recorded, without pull and scan',
          unit: 'ms',
          atMost: 60_000,
          figures: [result.recording],
        },
      ],
      notRun: [],
    };
  },
};

interface Result {
  readonly recording: number;
  readonly loading: number;
  readonly components: number;
  /** MB. */
  readonly size: number;
  readonly delta: number;
  readonly imagesChanged: number;
  readonly appeared: number;
}
