import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Interval, isWithin, type Statement } from '../case.ts';
import { composerOrder } from '../orders.ts';
import { justAbove, justBelow } from './osv.ts';
import { filesBelow, type Reading } from './osv-json.ts';

interface PhpFile {
  readonly reference: string;
  readonly cve?: string;
  readonly branches: Readonly<Record<string, { readonly versions: readonly string[] }>>;
}

/** A branch that was never fixed ends in an invented version, which is as affected as what comes before it. */
const isInvented = (version: string) => /(^|\.)99+$/.test(version);

const keys: Readonly<Record<string, keyof Interval>> = { '>=': 'from', '>': 'after', '<': 'below', '<=': 'to' };

export function friendsofphpReading(data: string): Reading {
  const root = join(data, 'friendsofphp');
  const paths = filesBelow(root, '.yaml').filter((path) => path.split('/').length === 3 && !path.startsWith('.'));
  const statements = paths.map((path) => {
    const record = parse(readFileSync(join(root, path), 'utf8'), { schema: 'failsafe' }) as PhpFile;
    return statementOf(path.slice(0, -'.yaml'.length), record);
  });
  return { statements, records: paths.length, withdrawn: 0 };
}

function statementOf(place: string, { reference, cve = '', branches }: PhpFile): Statement {
  const name = reference.replace('composer://', '').toLowerCase();
  const slash = name.indexOf('/');
  const intervals = Object.values(branches).map(({ versions }) => intervalOf(versions));
  const bounds = intervals.flatMap((interval) => Object.values(interval) as string[]);
  return {
    source: 'friendsofphp',
    record: `FriendsOfPHP/${place}`,
    ids: [cve, `FriendsOfPHP/${place}`],
    subject: { type: 'composer', namespace: name.slice(0, slash), name: name.slice(slash + 1) },
    affects: (version) => intervals.some((interval) => isWithin(version, interval, composerOrder)),
    probes: bounds.flatMap((bound) => [
      bound,
      `v${bound}`,
      justBelow(bound) ?? bound,
      justAbove(bound) ?? bound,
      ...(/^[\d.]+$/.test(bound) ? [`${bound}-RC1`, `${bound}-beta2`, `${bound}-p1`] : []),
    ]),
  };
}

/** The bounds of a branch hold together. */
function intervalOf(versions: readonly string[]): Interval {
  const bounds = versions.map((text): Interval => {
    const [, operator = '', version = ''] = /^\s*([<>=]+)\s*(\S+)\s*$/.exec(text) ?? [];
    const key = operator === '<' && isInvented(version) ? 'to' : keys[operator];
    // From 0 on is from the beginning, pre-releases of 0 included.
    if (key === 'from' && version === '0') return {};
    return key ? { [key]: version } : { from: version, to: version };
  });
  const interval = Object.assign({}, ...bounds) as Interval;
  if (Object.keys(interval).length !== bounds.flatMap((bound) => Object.keys(bound)).length)
    throw new Error(`a bound stands twice: ${versions}`);
  return interval;
}
