import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { inTurn, timeOf } from '../command.ts';
import { ratios } from '../statistics.ts';

export const startUp: Benchmark = {
  id: 'start-up',
  title: 'Start-up',
  method: 'Wall time of commands that do next to nothing, against Node with an empty program.',
  run: async ({ breakwater, runs, directory }) => {
    const empty = join(directory, 'empty.mjs');
    writeFileSync(empty, '');
    const figures = inTurn(
      {
        version: () => timeOf(breakwater.command('--version')),
        scanHelp: () => timeOf(breakwater.command('scan', '--help')),
        node: () => timeOf({ program: process.execPath, args: [empty] }),
      },
      runs * 3,
    );
    const row = (subject: string, values: readonly number[]) => ({
      subject,
      columns: [
        { name: 'Breakwater', unit: 'ms', values },
        { name: 'empty Node', unit: 'ms', values: figures.node },
        { name: 'of Node', unit: '×', values: ratios(values, figures.node) },
      ] as const,
    });
    const rows = [row('breakwater --version', figures.version), row('breakwater scan --help', figures.scanHelp)];
    return { rows, verdicts: [], notRun: [] };
  },
};
