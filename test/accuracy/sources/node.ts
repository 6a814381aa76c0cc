import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement, Subject } from '../case.ts';
import { npmOrder, type Order, upstreamOrder } from '../orders.ts';
import { justAbove, justBelow } from './osv.ts';
import { filesBelow, type Reading } from './osv-json.ts';

interface CoreFile {
  readonly cve?: readonly string[];
  readonly vulnerable: string;
  readonly patched?: string;
}

interface NpmFile {
  readonly id: number;
  readonly module_name: string;
  readonly cves?: readonly string[] | null;
  readonly vulnerable_versions: string;
  readonly patched_versions?: string | null;
}

const node: Subject = { type: 'generic', name: 'node', cpes: ['nodejs:node.js'] };

export function nodeCoreReading(data: string): Reading {
  return read(data, 'core', (text, number) => {
    const { cve = [], vulnerable, patched } = JSON.parse(text) as CoreFile;
    return statementOf(
      { source: 'node-core', record: `NSWG-COR-${number}`, ids: cve, subject: node },
      vulnerable,
      patched,
      upstreamOrder,
    );
  });
}

export function nodeSecurityReading(data: string): Reading {
  return read(data, 'npm', (text) => {
    const { id, module_name: name, cves, vulnerable_versions, patched_versions } = JSON.parse(text) as NpmFile;
    const slash = name.indexOf('/');
    const subject = { type: 'npm', ...(slash > 0 && { namespace: name.slice(0, slash) }), name: name.slice(slash + 1) };
    const said = { source: 'node-security', record: `NSWG-ECO-${id}`, ids: cves ?? [], subject };
    return statementOf(said, vulnerable_versions, patched_versions, npmOrder);
  });
}

function read(data: string, folder: string, statementIn: (text: string, number: string) => Statement): Reading {
  const root = join(data, 'nodejs-security-wg/vuln', folder);
  const paths = filesBelow(root, '.json').filter((path) => /^\d+\.json$/.test(path));
  const statements = paths.map((path) =>
    statementIn(readFileSync(join(root, path), 'utf8'), path.slice(0, -'.json'.length)),
  );
  return { statements, records: paths.length, withdrawn: 0 };
}

function statementOf(
  said: Pick<Statement, 'source' | 'record' | 'ids' | 'subject'>,
  vulnerable: string,
  patched: string | null | undefined,
  order: Order,
): Statement {
  // "<0.0.0" and nothing at all say that nothing was patched.
  const isNothing = !patched?.trim() || /^<=?\s*0\.0\.0$/.test(patched.trim());
  const versions = Array.from(
    `${vulnerable} ${patched ?? ''}`.matchAll(/\d+(?:\.\d+)*(?:-[\w.]+)?/g),
    ([version]) => version,
  );
  const full = versions.map((version) =>
    version.includes('-') ? version : [...version.split('.'), 0, 0].slice(0, 3).join('.'),
  );
  return {
    ...said,
    ids: said.ids.length === 0 ? [said.record] : said.ids,
    affects: (version) =>
      isInRange(version, vulnerable, order) && (isNothing || !isInRange(version, patched ?? '', order)),
    probes: [
      '0.0.1',
      ...full.flatMap((version) => [version, justBelow(version) ?? version, justAbove(version) ?? version]),
    ],
  };
}

/** https://github.com/npm/node-semver#ranges, except that a pre-release lies where it sorts. */
export function isInRange(version: string, range: string, order: Order): boolean {
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .replace(/([<>=~^])\s+/g, '$1')
      .split(/\s+/)
      .every((comparator) => satisfies(version, comparator, order)),
  );
}

function satisfies(version: string, comparator: string, order: Order): boolean {
  const [, operator = '', bound = ''] = /^(\^|~|>=|<=|>|<|=)?v?(.*)$/.exec(comparator) ?? [];
  const numbers =
    bound
      .split('-')[0]
      ?.split('.')
      .filter((part) => /^\d+$/.test(part))
      .map(Number) ?? [];
  if (numbers.length === 0) return true;
  const isPartial = !bound.includes('-') && numbers.length < 3;
  const from = isPartial ? filled(numbers) : bound;
  const next = isPartial ? raised(numbers, numbers.length - 1) : undefined;
  const sign = (other: string) => order(version, other) ?? Number.NaN;
  if (operator === '>=') return sign(from) >= 0;
  if (operator === '<') return sign(from) < 0;
  if (operator === '>') return next === undefined ? sign(from) > 0 : sign(next) >= 0;
  if (operator === '<=') return next === undefined ? sign(from) <= 0 : sign(next) < 0;
  if (operator === '^')
    return (
      sign(from) >= 0 &&
      sign(
        raised(
          numbers,
          Math.max(
            numbers.findIndex((number) => number > 0),
            0,
          ),
        ),
      ) < 0
    );
  if (operator === '~') return sign(from) >= 0 && sign(raised(numbers, Math.min(numbers.length - 1, 1))) < 0;
  return next === undefined ? sign(from) === 0 : sign(from) >= 0 && sign(next) < 0;
}

function filled(numbers: readonly number[]): string {
  return [...numbers, 0, 0, 0].slice(0, 3).join('.');
}

function raised(numbers: readonly number[], at: number): string {
  return filled([...numbers.slice(0, at), (numbers[at] ?? 0) + 1]);
}
