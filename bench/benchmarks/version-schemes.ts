import type { Benchmark } from '../benchmark.ts';
import { resultOf } from '../program.ts';

export const versionSchemes: Benchmark = {
  id: 'version-schemes',
  title: 'Version comparison',
  method:
    'Comparisons a second while versions that the database names are sorted; isValid is asked of each first, as matching does.',
  run: async ({ breakwater, runs }) => {
    const results = Array.from(
      { length: runs },
      () =>
        resultOf('compare-versions.ts', [breakwater.database]) as Record<
          string,
          { readonly rate: number; readonly versions: number }
        >,
    );
    const rows = Object.entries(results[0] ?? {}).map(([scheme, { versions }]) => ({
      subject: scheme,
      columns: [
        { name: 'comparisons', unit: 'million/s', values: results.map((result) => result[scheme]?.rate ?? 0) },
        { name: 'versions', unit: '', values: [versions] },
      ] as const,
    }));
    return { rows, verdicts: [], notRun: [] };
  },
};
