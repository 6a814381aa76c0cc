import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/lib/errors.ts';
import type { Report } from '../../src/model/report.ts';
import { openDatabase } from '../../src/vulnerability/database.ts';
import { type Comparison, checkWhy, holds } from './check-why.ts';
import { type Pair, referees } from './referees.ts';

const help = `Checks that every reason of every finding holds: record, range, comparisons, fixed version. The comparisons are
made once more by the ecosystems' own programs, where those are installed.

Usage: tools/node bench/accuracy/verify.ts --db FILE REPORT.json…

Exit codes: 0 everything holds, or not run; 1 something does not.
`;

const { values, positionals } = parseArgs({
  options: { db: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
if (values.help) process.stdout.write(help);
else if (!values.db || positionals.length === 0) process.stdout.write('not run: --db and reports are needed\n');
else process.exitCode = verify(values.db, positionals);

function verify(path: string, reports: readonly string[]): number {
  const database = openDatabase(path);
  const comparisons = new Map<string, Comparison>();
  let faults = 0;
  for (const report of reports) {
    const check = checkWhy(JSON.parse(readFileSync(report, 'utf8')) as Report, database);
    for (const comparison of check.comparisons) comparisons.set(JSON.stringify(comparison), comparison);
    faults += check.faults.length;
    process.stdout.write(
      `${report}: ${check.findings} findings, ${check.reasons} reasons, ${check.comparisons.length} distinct comparisons, ${check.faults.length} faults\n`,
    );
    for (const fault of check.faults) process.stdout.write(`  ${fault}\n`);
  }
  database.close();
  faults += askReferees([...comparisons.values()]);
  return faults > 0 ? 1 : 0;
}

function askReferees(comparisons: readonly Comparison[]): number {
  let faults = 0;
  const asked = new Set<Comparison>();
  for (const { title, schemes, compare } of referees) {
    const group = comparisons.filter(({ scheme }) => schemes.includes(scheme));
    if (group.length === 0) continue;
    try {
      const orders = compare(group.map(({ a, b }): Pair => [a, b]));
      const wrong = group.filter((comparison, at) => !holds(comparison, orders[at]));
      faults += wrong.length;
      process.stdout.write(`${title}: ${group.length} comparisons (${schemes.join(', ')}), ${wrong.length} disagree\n`);
      for (const { a, operator, b } of wrong) process.stdout.write(`  ${a} ${operator} ${b}\n`);
      for (const comparison of group) asked.add(comparison);
    } catch (error) {
      process.stdout.write(`${title}: not asked (${messageOf(error).split('\n', 1)[0]})\n`);
    }
  }
  const rest = comparisons.filter((comparison) => !asked.has(comparison));
  const schemes = [...new Set(rest.map(({ scheme }) => scheme))].sort();
  if (rest.length > 0) process.stdout.write(`no referee: ${rest.length} comparisons (${schemes.join(', ')})\n`);
  return faults;
}
