import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unpackStarter } from '../../src/vulnerability/database/starter.ts';
import type { Benchmark } from '../benchmark.ts';
import { inTurn } from '../command.ts';
import { figureOf } from '../program.ts';
import { median } from '../statistics.ts';

export const database: Benchmark = {
  id: 'database',
  title: 'Vulnerability database',
  method:
    'In a fresh process each time: opening the file and the first look-up, without the start of Node; and unpacking the starter, which happens once for each version of it.',
  run: async ({ breakwater, runs, directory }) => {
    const cache = join(directory, 'cache');
    const unpack = () => {
      rmSync(cache, { recursive: true, force: true });
      const start = performance.now();
      unpackStarter(breakwater.starter, cache);
      return performance.now() - start;
    };
    const find = () => {
      const start = performance.now();
      unpackStarter(breakwater.starter, cache);
      return performance.now() - start;
    };
    const open = () => figureOf('open-database.ts', [breakwater.database]);
    const figures = inTurn({ open, unpack, find }, runs);
    const packed = statSync(breakwater.starter).size / 1e6;
    return {
      rows: [
        { subject: 'open and first look-up', columns: [{ name: 'time', unit: 'ms', values: figures.open }] },
        { subject: 'unpack the starter, once', columns: [{ name: 'time', unit: 'ms', values: figures.unpack }] },
        { subject: 'find it unpacked', columns: [{ name: 'time', unit: 'ms', values: figures.find }] },
        { subject: 'starter, packed', columns: [{ name: 'size', unit: 'MB', values: [packed] }] },
      ],
      verdicts: [
        { budget: 'vulnerability database opened', unit: 'ms', atMost: 50, figures: [median(figures.open)] },
        { budget: 'starter database, packed', unit: 'MB', atMost: 12, figures: [packed] },
      ],
      notRun: [],
    };
  },
};
