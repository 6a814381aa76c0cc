import { type Benchmark, isMet, type Outcome, type Series, type Unit, type Verdict } from './benchmark.ts';
import { median } from './statistics.ts';

export interface Result {
  readonly benchmark: Benchmark;
  readonly outcome: Outcome;
}

/** A figure with as many digits as it is worth. */
export function figure(value: number, unit: Unit): string {
  const digits = unit === '×' || unit === 'million/s' ? 2 : unit === 'MB' || (unit === 'ms' && value < 100) ? 1 : 0;
  const text = value.toFixed(digits);
  return unit === '' || unit === '×' ? text : `${text} ${unit}`;
}

function spread({ values, unit }: Series): string {
  const middle = figure(median(values), unit);
  if (values.length < 2) return middle;
  return `${middle} (${figure(Math.min(...values), unit)}–${figure(Math.max(...values), unit)})`;
}

/** The table of one benchmark: medians, and the least and the most of the runs. */
export function tableOf({ rows }: Outcome): readonly (readonly string[])[] {
  const names = [...new Set(rows.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  return [
    ['', ...names],
    ...rows.map(({ subject, columns }) => [
      subject,
      ...names.map((name) => {
        const column = columns.find((candidate) => candidate.name === name);
        return column ? spread(column) : '';
      }),
    ]),
  ];
}

/** Budgets, and the best and worst median among the subjects. */
export function budgetTable(verdicts: readonly { readonly id: string; readonly verdict: Verdict }[]) {
  return [
    ['budget', 'at most', 'best', 'worst', 'met', 'command'],
    ...verdicts.map(({ id, verdict }) => [
      verdict.budget,
      figure(verdict.atMost, verdict.unit),
      figure(Math.min(...verdict.figures), verdict.unit),
      figure(Math.max(...verdict.figures), verdict.unit),
      isMet(verdict) ? 'yes' : '**no**',
      `\`npm run bench -- --only ${id}\``,
    ]),
  ];
}

/** Columns padded for a terminal. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
