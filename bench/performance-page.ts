import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { budgetTable, markdownTable, type Result, tableOf } from './figures.ts';

const path = join(import.meta.dirname, '../docs/performance.md');
const begin = '<!-- Written by `npm run bench -- --markdown`: begin -->';
const end = '<!-- end -->';

/** Puts the figures between the marks of `docs/performance.md`. */
export function writePage(results: readonly Result[], runs: number): void {
  const text = readFileSync(path, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has lost the marks between which figures are written`);
  const budgets = results.flatMap(({ benchmark, outcome }) =>
    outcome.verdicts.map((verdict) => ({ id: benchmark.id, verdict })),
  );
  const sections = results.map(
    ({ benchmark: { id, title, method }, outcome }) =>
      `## ${title}\n\n${method} \`--only ${id}\`\n\n${outcome.rows.length > 0 ? markdownTable(tableOf(outcome)) : ''}${outcome.notRun.map((reason) => `\nNot run: ${reason}.`).join('\n')}`,
  );
  const body = [`## Budgets\n\n${machine(runs)}\n\n${markdownTable(budgetTable(budgets))}`, ...sections].join('\n\n');
  writeFileSync(path, `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`);
}

function machine(runs: number): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 1e9)} GB of memory`;
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day}: ${cpus().length} cores (${cpu?.model.trim()}), ${memory}, Linux ${release()}, Node ${process.versions.node}; ${runs} counted runs of each side.`;
}
