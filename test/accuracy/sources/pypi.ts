import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '../case.ts';
import { pythonOrder } from '../orders.ts';
import { boundsOf, isInRanges, justAbove, justBelow, type OsvEvent, type OsvRange } from './osv.ts';
import type { Reading } from './osv-json.ts';

interface Record {
  id: string;
  withdrawn: boolean;
  readonly aliases: string[];
  readonly affected: {
    name: string;
    readonly ranges: (OsvRange & { readonly events: OsvEvent[] })[];
    readonly versions: string[];
  }[];
}

/** Line by line: the files are all written by one program. */
function readRecord(text: string): Record {
  const record: Record = { id: '', withdrawn: false, aliases: [], affected: [] };
  let section = '';
  let list = '';
  for (const line of text.split('\n')) {
    const top = /^([a-z_]+):(.*)$/.exec(line);
    if (top) {
      [, section = ''] = top;
      list = '';
      if (section === 'id') record.id = (top[2] ?? '').trim();
      if (section === 'withdrawn') record.withdrawn = true;
    } else if (section === 'aliases' && line.startsWith('- ')) {
      record.aliases.push(plain(line.slice(2)));
    } else if (section === 'affected') {
      list = readAffected(record.affected, line, list);
    }
  }
  return record;
}

function readAffected(affected: Record['affected'], line: string, list: string): string {
  if (line.startsWith('- ')) affected.push({ name: '', ranges: [], versions: [] });
  const entry = affected.at(-1);
  if (!entry) throw new Error(`nothing is affected before: ${line}`);
  const key = /^[ -] ([a-z_]+):/.exec(line)?.[1];
  if (key) return key;
  const [, name] = /^ {4}name: (.*)$/.exec(line) ?? [];
  if (list === 'package' && name) entry.name = plain(name);
  if (list === 'versions' && /^ {2,4}- /.test(line)) entry.versions.push(plain(line.replace(/^ *- /, '')));
  if (list === 'ranges') {
    const [, type] = /^ {2}(?:- | {2})type: (\w+)$/.exec(line) ?? [];
    const [, kind, version] = /^ {4}- (introduced|fixed|last_affected): (.*)$/.exec(line) ?? [];
    if (line.startsWith('  - ')) entry.ranges.push({ type: type ?? 'GIT', events: [] });
    const range = entry.ranges.at(-1);
    if (range && type) entry.ranges[entry.ranges.length - 1] = { ...range, type };
    if (range && kind && version) range.events.push({ [kind]: spelled(plain(version)) });
  }
  return list;
}

function plain(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/, '$2');
}

export function pypiReading(data: string): Reading & { readonly listed: number } {
  const statements: Statement[] = [];
  let [records, withdrawn, listed] = [0, 0, 0];
  const root = join(data, 'pypa-advisory-database/vulns');
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.yaml')) continue;
    const record = readRecord(readFileSync(join(root, path), 'utf8'));
    records += 1;
    if (record.withdrawn) withdrawn += 1;
    else
      for (const { name, ranges, versions } of record.affected) {
        listed += versions.length;
        statements.push(statementOf(record, name, ranges, versions));
      }
  }
  return { statements, records, withdrawn, listed };
}

function statementOf(
  { id, aliases }: Record,
  name: string,
  ranges: readonly OsvRange[],
  versions: readonly string[],
): Statement {
  const bounds = boundsOf(ranges);
  const known = new Set(versions);
  return {
    source: 'pypi',
    record: id,
    ids: [id, ...aliases],
    subject: { type: 'pypi', name: name.toLowerCase().replace(/[-_.]+/g, '-') },
    affects: (version) =>
      known.has(version) ||
      isInRanges(version, ranges, pythonOrder) ||
      versions.some((each) => pythonOrder(each, version) === 0),
    probes: [...versions, ...bounds.flatMap(around)],
  };
}

function around(bound: string): string[] {
  const near = [bound, justBelow(bound) ?? bound, justAbove(bound) ?? bound];
  return /^[\d.]+$/.test(bound) ? [...near, `${bound}.dev0`, `${bound}rc1`, `${bound}.post1`] : near;
}

/** NVD's `2.6.0-NA` is the release without an update, and `2.6.0-cu124` what Python writes `2.6.0+cu124`. */
function spelled(version: string): string {
  const release = version.replace(/-NA$/, '');
  if (pythonOrder(release, release) !== undefined) return release;
  return release.replace(/^(\d+(?:\.\d+)+)[.-](?=[a-z\d])/, '$1+');
}
