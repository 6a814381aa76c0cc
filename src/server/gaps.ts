import type { Overview } from './contract/overview.ts';

/** What keeps the figures from being complete, each with the next step. */
export function gapsOf(
  images: Overview['images'],
  failingRegistries: number,
  database: Overview['database'],
): Overview['gaps'] {
  const gaps: Overview['gaps'] = [
    {
      code: 'images-failed',
      text: 'could not be scanned',
      count: images.failed,
      next: 'Open Images with the state "failed": each says why.',
    },
    {
      code: 'images-partial',
      text: 'were scanned, but not completely',
      count: images.partial,
      next: 'Open an image: its problems say what was left out, and what to do.',
    },
    {
      code: 'images-waiting',
      text: 'wait to be scanned',
      count: images.queued,
      next: 'Open Jobs to see how far the scans are.',
    },
    {
      code: 'images-end-of-life',
      text: 'stand on a system that gets no more fixes',
      count: images.endOfLife,
      next: 'Open Images with "end of life" and plan newer bases.',
    },
    {
      code: 'registries-failing',
      text: 'registries cannot be read',
      count: failingRegistries,
      next: 'Open Registries and test the connection: the step that fails says why.',
    },
    {
      code: 'database-stale',
      text: 'vulnerability database is out of date',
      count: database?.stale ? 1 : 0,
      next: 'Open Database and install a newer one.',
    },
    {
      code: 'database-missing',
      text: 'vulnerability database is not installed',
      count: database ? 0 : 1,
      next: 'Open Database and install one.',
    },
  ];
  return gaps.filter(({ count }) => count > 0);
}
