import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Interval, isWithin, type Statement } from '../case.ts';
import { javaOrder, type Order, upstreamOrder } from '../orders.ts';
import { justAbove, justBelow } from './osv.ts';
import { filesBelow, type Reading } from './osv-json.ts';

interface CpeMatch {
  readonly vulnerable: boolean;
  readonly criteria: string;
  readonly versionStartIncluding?: string;
  readonly versionStartExcluding?: string;
  readonly versionEndIncluding?: string;
  readonly versionEndExcluding?: string;
}

interface OverrideFile {
  readonly _annotation: { readonly cve_id: string };
  readonly cve: {
    readonly configurations?: readonly {
      readonly operator?: string;
      readonly nodes: readonly { readonly cpeMatch: readonly CpeMatch[] }[];
    }[];
  };
}

/** The configurations that name a product which a cataloger can find; nothing else of this source can come out of a scan. */
export function nvdReading(data: string, products: ReadonlySet<string>): Reading {
  const root = join(data, 'anchore-nvd-overrides/data');
  const paths = filesBelow(root, '.json');
  const statements = paths.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return statementsOf(JSON.parse(text) as OverrideFile, products);
  });
  return { statements, records: paths.length, withdrawn: 0 };
}

function statementsOf({ _annotation, cve }: OverrideFile, products: ReadonlySet<string>): Statement[] {
  const matches = (cve.configurations ?? []).flatMap(({ operator, nodes }) => {
    const other = nodes.some((node) =>
      node.cpeMatch.every(({ vulnerable, criteria }) => !vulnerable && isOtherSystem(criteria)),
    );
    return operator === 'AND' && other
      ? []
      : nodes.flatMap((node) => node.cpeMatch.filter(({ vulnerable }) => vulnerable));
  });
  const named = matches.flatMap((match) => {
    const fields = match.criteria.split(/(?<!\\):/).map((field) => field.replaceAll('\\', ''));
    const product = `${fields[3]}:${fields[4]}`;
    return products.has(product) && isFound(fields)
      ? [{ product, interval: intervalOf(match, fields, orderOf(product)) }]
      : [];
  });
  return [...Map.groupBy(named, ({ product }) => product)].flatMap(([product, group]) => {
    const intervals = group.flatMap(({ interval }) => interval ?? []);
    const bounds = intervals.flatMap((interval) => Object.values(interval).filter((bound) => bound !== undefined));
    if (intervals.length === 0) return [];
    const order = orderOf(product);
    return {
      source: 'nvd',
      record: _annotation.cve_id,
      ids: [_annotation.cve_id],
      subject: { type: 'generic', name: product.split(':')[1] ?? '', cpes: [product] },
      affects: (version) => intervals.some((interval) => isWithin(version, interval, order)),
      probes: [
        '0.0.1',
        ...bounds.flatMap((bound) => [bound, justBelow(bound) ?? bound, justAbove(bound) ?? bound]),
        ...bounds.filter((bound) => /^[\d.]+$/.test(bound)).map((bound) => `${bound}-rc1`),
      ],
    };
  });
}

function orderOf(product: string): Order {
  return /:(jdk|jre|openjdk|java_se|zulu|temurin)$/.test(product) ? javaOrder : upstreamOrder;
}

function isOtherSystem(criteria: string): boolean {
  return /^cpe:2\.3:o:(microsoft|apple|google:android|freebsd|netbsd|openbsd|oracle:solaris|sun)[:_]/.test(criteria);
}

/** An application, for Linux or for any system, in an edition that is not bought. */
function isFound(fields: readonly string[]): boolean {
  const [, , part, , , , , edition = '*', , software = '*', target = '*'] = fields;
  return (
    part === 'a' &&
    !/^(windows|macos|mac_os_x?|android|iphone_os|wordpress|node\.js|python|jenkins|visual_studio.*|pivotal_cloud_foundry)$/.test(
      target,
    ) &&
    !/^(enterprise|pro|professional|premium|plus|commerce|business|ultimate)$/.test(software) &&
    /^([*-]|linux|errata|community|lts)$/.test(edition)
  );
}

/** Undefined for a version that is none: a hash, `-`, an interval that ends before it begins. */
function intervalOf(match: CpeMatch, fields: readonly string[], order: Order): Interval | undefined {
  const [, , , , , version = '*', update = '*'] = fields;
  if (version === '-') return undefined;
  const exact = /^[*-]$/.test(update) ? version : `${version}-${update}`;
  const interval: Interval =
    version === '*'
      ? {
          from: match.versionStartIncluding,
          after: match.versionStartExcluding,
          below: match.versionEndExcluding,
          to: match.versionEndIncluding,
        }
      : { from: exact, to: exact };
  const bounds = Object.values(interval).filter((bound) => bound !== undefined);
  if (bounds.some((bound) => order(bound, bound) === undefined)) return undefined;
  const [from, to] = [interval.from ?? interval.after, interval.below ?? interval.to];
  if (from === undefined || to === undefined || (order(from, to) ?? 0) <= 0) return interval;
  // From 3.13 to 3.13.0rc2: the test releases of it.
  const release = /^[\d.]*\d/.exec(from)?.[0] ?? from;
  const isTest = (order(`${release}-dev`, to) ?? 0) < 0 && (order(to, release) ?? 0) < 0;
  return isTest ? { ...interval, after: undefined, from: `${release}-dev` } : undefined;
}
