import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Statement, Subject } from '../case.ts';
import { gemOrder, type Order, upstreamOrder } from '../orders.ts';
import { justAbove, justBelow } from './osv.ts';
import { filesBelow, type Reading } from './osv-json.ts';

interface GemFile {
  readonly gem?: string;
  readonly engine?: string;
  readonly platform?: string;
  readonly cve?: string;
  readonly ghsa?: string;
  readonly patched_versions?: readonly string[];
  readonly unaffected_versions?: readonly string[];
}

export function rubysecReading(data: string): Reading {
  const root = join(data, 'rubysec');
  const statements: Statement[] = [];
  let records = 0;
  for (const kind of ['gems', 'rubies']) {
    for (const path of filesBelow(join(root, kind), '.yml')) {
      const record = parse(readFileSync(join(root, kind, path), 'utf8'), { schema: 'failsafe' }) as GemFile;
      records += 1;
      // Of the interpreters, only Ruby itself is found in images.
      if (record.engine === undefined || record.engine === 'ruby')
        statements.push(statementOf(record, path.replace(/^.*\/|\.yml$/g, '')));
    }
  }
  return { statements: [...statements, ...ofJava(statements)], records, withdrawn: 0 };
}

/** What is true of a gem is true of its build for JRuby. */
function ofJava(statements: readonly Statement[]): Statement[] {
  const names = new Set(statements.flatMap(({ subject }) => (subject.qualifiers ? subject.name : [])));
  const plain = statements.filter(({ subject }) => names.has(subject.name) && !subject.qualifiers);
  return plain.map((statement) => ({ ...statement, subject: { ...statement.subject, ...java } }));
}

const java = { qualifiers: { platform: 'java' } };

function statementOf({ gem, platform, cve, ghsa, ...record }: GemFile, own: string): Statement {
  const order = gem === undefined ? upstreamOrder : gemOrder;
  const unharmed = [...(record.patched_versions ?? []), ...(record.unaffected_versions ?? [])];
  const versions = unharmed.flatMap((text) => Array.from(text.matchAll(/[\d][\w.-]*/g), ([version]) => version));
  const isPlain = (version: string) => /^[\d.]+$/.test(version);
  return {
    source: 'rubysec',
    record: own,
    ids: [own, `CVE-${cve}`, `GHSA-${ghsa}`],
    subject: gem === undefined ? ruby : { type: 'gem', name: gem, ...(platform === 'jruby' && java) },
    affects: (version) => !unharmed.some((text) => satisfies(version, text, order)),
    probes: [
      '0.0.1',
      ...versions.flatMap((version) => [version, justBelow(version) ?? version, justAbove(version) ?? version]),
      ...versions
        .filter(isPlain)
        .flatMap((version) =>
          gem === undefined
            ? [`${version}-rc1`]
            : [`${version}.rc1`, `${version}.beta`, `${bumped(version)}.a`, bumped(version)],
        ),
    ],
  };
}

const ruby: Subject = { type: 'generic', name: 'ruby', cpes: ['ruby-lang:ruby'] };

/** https://docs.ruby-lang.org/en/master/Gem/Requirement.html */
export function satisfies(version: string, requirement: string, order: Order): boolean {
  return requirement.split(',').every((part) => {
    const [, operator = '=', bound = ''] = /^\s*(~>|>=|<=|!=|=|>|<)?\s*(\S+)\s*$/.exec(part) ?? [];
    const sign = order(version, bound);
    if (sign === undefined) throw new Error(`"${requirement}" cannot be compared with ${version}`);
    if (operator === '~>') return sign >= 0 && (order(released(version), bumped(bound)) ?? 0) < 0;
    if (operator.startsWith('>')) return sign > 0 || (operator === '>=' && sign === 0);
    if (operator.startsWith('<')) return sign < 0 || (operator === '<=' && sign === 0);
    return operator === '!=' ? sign !== 0 : sign === 0;
  });
}

/** Without the pre-release. */
function released(version: string): string {
  return /^\d+(?:\.\d+)*(?![a-z\d])/i.exec(version)?.[0] ?? version;
}

function bumped(version: string): string {
  const numbers = released(version).split('.');
  if (numbers.length > 1) numbers.pop();
  return [...numbers.slice(0, -1), Number(numbers.at(-1)) + 1].join('.');
}
