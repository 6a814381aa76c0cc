import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Statement, Subject } from '../case.ts';
import { alpineOrder } from '../distribution-orders.ts';
import { filesBelow, type Reading } from './osv-json.ts';

interface Branch {
  readonly distroversion: string;
  readonly packages?: readonly {
    readonly pkg: { readonly name: string; readonly secfixes: Readonly<Record<string, readonly string[] | null>> };
  }[];
}

/**
 * A version fixes the flaws that it lists; listed twice, the newer one does; `0` was never affected. Lines without a CVE
 * name documents; where another line names the same document with its CVEs, it stands for those.
 */
export function alpineReading(data: string): Reading {
  const root = join(data, 'alpine-secdb');
  const mined = readdirSync(root).filter((name) => name.endsWith('.json'));
  const official = filesBelow(root, '.yaml').filter(
    (path) => !mined.includes(`${/v\d+\.\d+(?=\/)/.exec(path)?.[0]}-main.json`),
  );
  const branches = [...official, ...mined].map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return (path.endsWith('.json') ? JSON.parse(text) : parse(text, { schema: 'failsafe' })) as Branch;
  });
  const lines = branches.flatMap(({ distroversion, packages }) =>
    (Array.isArray(packages) ? packages : []).flatMap(({ pkg: { name, secfixes } }) =>
      Object.entries(secfixes ?? {}).flatMap(([version, list]) =>
        (Array.isArray(list) ? list : []).map((line: string) => ({
          stream: `alpine:${distroversion.replace('v', '')}`,
          name,
          version: repaired(version),
          line,
        })),
      ),
    ),
  );
  const covered = new Map<string, Set<string>>();
  for (const { line } of lines) {
    const cves = cvesIn(line);
    for (const id of cves.length > 0 ? otherIdsIn(line) : [])
      covered.set(id, new Set([...(covered.get(id) ?? []), ...cves]));
  }
  const fixes = lines.flatMap(({ line, ...fix }) => {
    const cves = cvesIn(line);
    const [other] = otherIdsIn(line).sort((a, b) => Number(b.startsWith('GHSA')) - Number(a.startsWith('GHSA')));
    const ids = cves.length > 0 || other === undefined ? cves : [...(covered.get(other) ?? [other])];
    return ids.map((id) => ({ ...fix, id }));
  });
  const statements = [...Map.groupBy(fixes, ({ stream, name, id }) => `${stream} ${name} ${id}`).values()].flatMap(
    (group) => {
      const [{ stream, name, id }] = group as [(typeof group)[0]];
      const versions = group.map(({ version }) => version).filter((version) => alpineOrder(version, version) === 0);
      const fixed = versions.sort((a, b) => alpineOrder(a, b) ?? 0).at(-1);
      return fixed === undefined ? [] : [statementOf(id, { type: 'apk', name, stream }, fixed)];
    },
  );
  return { statements, records: lines.length, withdrawn: 0 };
}

function cvesIn(line: string): string[] {
  return [
    ...new Set(
      Array.from(line.matchAll(/CVE[-_ ](\d{4})[-_](\d{4,})/gi), ([, year, number]) => `CVE-${year}-${number}`),
    ),
  ];
}

/** Slips of the pen: `1.2.31-0` and `1.2.31.-r0` are `-r0`, `4.10-1-r1` is `4.10.1-r1`. */
function repaired(version: string): string {
  return version.replace(/(?:-|\.r|\.-r)(\d+)$/, '-r$1').replace(/(?<=^[\d.]*\d)-(?=\d[\d.]*-r\d+$)/, '.');
}

/** `XSA-207`, `wnpa-sec-2017-18`, a GHSA: words with digits that are no CVE. */
function otherIdsIn(line: string): string[] {
  const words = line.replace(/\([^)]*\)?/g, ' ').split(/[\s,;/]+/);
  return words.filter((word) => /^[a-z][a-z\d-]*\d/i.test(word) && /^[a-z\d-]+$/i.test(word) && !/^CVE/i.test(word));
}

function statementOf(id: string, subject: Subject, fixed: string): Statement {
  return {
    source: 'alpine',
    record: id,
    ids: [id],
    subject,
    affects: (version) => fixed !== '0' && (alpineOrder(version, fixed) ?? 0) < 0,
    probes: [below(fixed), fixed],
  };
}

/** The revision before, or a release candidate of the first. */
function below(version: string): string {
  const [, release = '', revision = '0'] = /^(.+?)(?:-r(\d+))?$/.exec(version) ?? [];
  if (Number(revision) > 0) return `${release}-r${Number(revision) - 1}`;
  return /[a-z_]/.test(release) ? release.replace(/[a-z_].*$/, '_alpha') : `${release}_rc1-r0`;
}
