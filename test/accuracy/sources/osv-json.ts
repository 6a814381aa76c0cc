import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement, Subject } from '../case.ts';
import { bitnamiOrder, type Order, semverOrder } from '../orders.ts';
import { boundsOf, isInRanges, justAbove, justBelow, type OsvRange } from './osv.ts';

interface OsvFile {
  readonly id: string;
  readonly withdrawn?: string;
  readonly details?: string;
  readonly aliases?: readonly string[];
  readonly affected?: readonly {
    readonly package: { readonly name: string; readonly ecosystem: string };
    readonly ranges?: readonly OsvRange[];
    readonly versions?: readonly string[];
    readonly ecosystem_specific?: { readonly custom_ranges?: readonly OsvRange[] };
  }[];
}

export interface Reading {
  readonly statements: Statement[];
  readonly records: number;
  readonly withdrawn: number;
}

export function filesBelow(root: string, extension: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(extension))
    .sort();
}

type Affected = NonNullable<OsvFile['affected']>[number];

function read(
  source: string,
  root: string,
  subjectOf: (name: string) => Subject,
  affects: (entry: Affected) => (version: string) => boolean,
  around: (bound: string) => string[],
): Reading {
  const statements: Statement[] = [];
  let [records, withdrawn] = [0, 0];
  for (const path of filesBelow(root, '.json')) {
    const record = JSON.parse(readFileSync(join(root, path), 'utf8')) as OsvFile;
    records += 1;
    // CVEs that were taken back stay in place in some sources, and only their text says so.
    if (record.withdrawn || /^\s*(\*\* REJECT|Rejected reason)/i.test(record.details ?? '')) {
      withdrawn += 1;
      continue;
    }
    for (const entry of record.affected ?? []) {
      if ((entry.versions ?? []).length > 0) throw new Error(`${record.id} lists versions`);
      const ranges = [...(entry.ranges ?? []), ...(entry.ecosystem_specific?.custom_ranges ?? [])];
      statements.push({
        source,
        record: record.id,
        ids: [record.id, ...(record.aliases ?? [])],
        subject: subjectOf(entry.package.name),
        affects: affects(entry),
        probes: [...boundsOf(ranges).flatMap(around), '0.0.1'],
      });
    }
  }
  return { statements, records, withdrawn };
}

const isPlain = (bound: string) => !/[-+]/.test(bound);
const beside = (bound: string) => [bound, justBelow(bound) ?? bound, justAbove(bound) ?? bound];

export function rustsecReading(data: string): Reading {
  const around = (bound: string) => [...beside(bound), ...(isPlain(bound) ? [`${bound}-0`, `${bound}-rc.1`] : [])];
  const affects =
    ({ ranges = [] }: Affected) =>
    (version: string) =>
      isInRanges(version, ranges, semverOrder);
  return read('rustsec', join(data, 'rustsec-osv/crates'), (name) => ({ type: 'cargo', name }), affects, around);
}

export function bitnamiReading(data: string): Reading {
  const around = (bound: string) => [...beside(bound), ...(isPlain(bound) ? [`${bound}-rc1`, `${bound}-4`] : [])];
  const affects = ({ ranges = [] }: Affected) => {
    const last = new Set(ranges.flatMap(({ events }) => events.flatMap((event) => event.last_affected ?? [])));
    // Rebuilds of the last affected release are as affected.
    return (version: string) => isInRanges(version, ranges, bitnamiOrder) || last.has(version.replace(/-\d+$/, ''));
  };
  return read('bitnami', join(data, 'bitnami-vulndb/data'), (name) => ({ type: 'bitnami', name }), affects, around);
}

export function golangReading(data: string): Reading {
  const around = (bound: string) => [
    ...beside(bound),
    `v${bound}`,
    ...(isPlain(bound) ? [`${bound}+incompatible`, `${bound}-0`, `${bound}-rc.1`] : []),
  ];
  return read('golang', join(data, 'golang-vulndb/data/osv'), goModule, affectsModule, around);
}

function goModule(path: string): Subject {
  const slash = path.lastIndexOf('/');
  return { type: 'golang', ...(slash > 0 && { namespace: path.slice(0, slash) }), name: path.slice(slash + 1) };
}

const goOrder: Order = (a, b) => (/^v?\d+(\.\d+){0,2}([-+]|$)/.test(a) ? semverOrder(a, b) : undefined);

/** Begun before the release and without an end: it cannot tell what was fixed when. */
function isEndless(product: readonly OsvRange[], release: string): boolean {
  const last = product.flatMap(({ events }) => events).at(-1);
  return last?.introduced !== undefined && (last.introduced === '0' || (goOrder(last.introduced, release) ?? -1) < 0);
}

/**
 * Products whose releases their module cannot carry have ranges apart. A range of the module that never ends is then
 * limited to the product's, except for `v0.0.0-…`, which has no place among releases. One that ends at a commit before
 * some release says nothing of that release and later ones: there the product's ranges speak.
 */
function affectsModule({ ranges = [], ecosystem_specific }: Affected): (version: string) => boolean {
  const product = ecosystem_specific?.custom_ranges ?? [];
  // Products that number their releases in a way that has no place here: `edge-24.6.2`, `RELEASE.2024-06-06T09-36-42Z`.
  const isReadable = boundsOf(product).every((bound) => semverOrder(bound, bound) !== undefined);
  if (product.length === 0 || !isReadable) return (version) => isInRanges(version, ranges, goOrder);
  const last = ranges.flatMap(({ events }) => events).at(-1);
  const release = /^\d+\.\d+\.\d+(?=-)/.exec(last?.fixed ?? '')?.[0];
  const isFrom = (version: string, bound: string) => (goOrder(version, bound) ?? -1) >= 0;
  return (version) => {
    const inProduct = isInRanges(version, product, goOrder);
    const inModule = isInRanges(version, ranges, goOrder);
    const isPlaceless = !isFrom(version, '0.0.0') || goOrder(version, '0.0.0') === 0;
    if (last?.introduced === undefined)
      return (
        inModule || (release !== undefined && inProduct && isFrom(version, release) && !isEndless(product, release))
      );
    const isInOpenEnd = last.introduced === '0' || isFrom(version, last.introduced);
    return inModule && (!isInOpenEnd || inProduct || isPlaceless);
  };
}
