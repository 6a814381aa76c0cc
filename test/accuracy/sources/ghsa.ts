import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Interval, isWithin, type Statement, type Subject } from '../case.ts';
import { mavenOrder, npmOrder, nugetOrder, type Order } from '../orders.ts';
import { justAbove, justBelow } from './osv.ts';
import type { Reading } from './osv-json.ts';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly name: string;
  readonly introduced: string;
  readonly fixed: string;
}

interface Ecosystem {
  readonly order: Order;
  readonly subjectOf: (name: string) => Subject;
  /** Versions right beside a bound, in the ecosystem's spelling. */
  readonly around: (bound: string) => readonly string[];
}

const ecosystems: Readonly<Record<string, Ecosystem>> = {
  maven: {
    order: mavenOrder,
    subjectOf: (name) => ({ type: 'maven', namespace: name.split(':')[0] ?? '', name: name.split(':')[1] ?? '' }),
    around: (bound) => [`${bound}-SNAPSHOT`, `${bound}.Final`, `${bound}-rc1`, `${bound}.1`],
  },
  npm: {
    order: npmOrder,
    subjectOf: (name) => {
      const slash = name.indexOf('/');
      return { type: 'npm', ...(slash > 0 && { namespace: name.slice(0, slash) }), name: name.slice(slash + 1) };
    },
    around: (bound) => (/^[\d.]+$/.test(bound) ? [`${bound}-0`, `${bound}-beta.1`] : []),
  },
  nuget: {
    order: nugetOrder,
    subjectOf: (name) => ({ type: 'nuget', name: name.toLowerCase() }),
    around: (bound) => (/^[\d.]+$/.test(bound) ? [`${bound}-preview.1`] : []),
  },
};

/**
 * One line is one interval. The inclusive ends were lost on the way into these tables: a line without an end either
 * never ended or did, so it may reach to the next interval of the same package, and no further.
 */
export function ghsaReading(data: string): Reading {
  const root = join(data, 'ghsa-ranges-openrewrite');
  const statements: Statement[] = [];
  let [records, withdrawn] = [0, 0];
  for (const file of readdirSync(root).filter((name) => name.endsWith('.csv'))) {
    const ecosystem = ecosystems[file.split(/[-.]/)[1] ?? ''];
    if (!ecosystem) throw new Error(`${file} is of no known ecosystem`);
    const rows = readRows(readFileSync(join(root, file), 'utf8'));
    records += rows.length;
    for (const group of Map.groupBy(rows, ({ id, name }) => `${id} ${name.toLowerCase()}`).values()) {
      if (group.some(({ title }) => /^(withdrawn|duplicate advisory)\b/i.test(title))) withdrawn += group.length;
      else statements.push(statementOf(group, ecosystem));
    }
  }
  return { statements, records, withdrawn };
}

/** Eight fields; one with a comma stands in quotes, which are doubled inside. */
function readRows(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const fields = Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain = '']) =>
      (quoted?.replaceAll('""', '"') ?? plain).trim(),
    );
    const [id = '', , title = '', name = '', introduced = '', fixed = ''] = fields;
    if (fields.length !== 8) throw new Error(`not eight fields: ${line}`);
    return [{ id, title, name, introduced, fixed }];
  });
}

function statementOf(rows: readonly Row[], { order, subjectOf, around }: Ecosystem): Statement {
  const [{ id, name }] = rows as readonly [Row];
  const starts = rows.map(({ introduced }) => introduced).filter((start) => start !== '' && start !== '0');
  const intervals = rows.map(({ introduced, fixed }): Interval => {
    const from = introduced === '' || introduced === '0' ? undefined : introduced;
    const next = starts.filter((start) => from === undefined || (order(start, from) ?? 0) > 0);
    const [end] = next.sort((a, b) => order(a, b) ?? 0);
    return { from, ...(fixed === '' ? { to: end } : { below: fixed }) };
  });
  const bounds = rows
    .flatMap(({ introduced, fixed }) => [introduced, fixed])
    .filter((bound) => bound !== '' && bound !== '0');
  return {
    source: 'ghsa',
    record: id,
    ids: [id],
    subject: subjectOf(name),
    affects: (version) => intervals.some((interval) => isWithin(version, interval, order)),
    probes: [
      '0.0.1',
      ...bounds.flatMap((bound) => [bound, justBelow(bound) ?? bound, justAbove(bound) ?? bound, ...around(bound)]),
    ],
  };
}
