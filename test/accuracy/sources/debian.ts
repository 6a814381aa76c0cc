import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '../case.ts';
import { debianOrder } from '../distribution-orders.ts';
import type { Reading } from './osv-json.ts';

interface ChangelogEntry {
  readonly suite: string;
  readonly source: string;
  readonly version: string;
  readonly distribution: string;
  readonly version_in_main: string | null;
  readonly version_in_security: string | null;
  readonly cves: readonly string[];
}

const releases: Readonly<Record<string, string>> = {
  bullseye: 'debian:11',
  bookworm: 'debian:12',
  trixie: 'debian:13',
};

/** A changelog names the flaws that each of its versions fixed; of two uploads to the suite itself, the later one. */
export function debianReading(data: string): Reading {
  const text = readFileSync(join(data, 'debian/debian-changelog-fixes.jsonl'), 'utf8');
  const entries = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ChangelogEntry);
  const changelogs = Map.groupBy(entries, ({ suite, source }) => `${suite} ${source}`);
  return { statements: [...changelogs.values()].flatMap(statementsOf), records: entries.length, withdrawn: 0 };
}

function statementsOf(changelog: readonly ChangelogEntry[]): Statement[] {
  const fixes = changelog.flatMap((entry, at) =>
    entry.cves.map((cve) => ({
      cve,
      own: entry.distribution.startsWith(entry.suite),
      version: arrivedWith(changelog, at),
    })),
  );
  return [...Map.groupBy(fixes, ({ cve }) => cve)].map(([cve, all]) => {
    const own = all.filter((fix) => fix.own);
    const versions = (own.length > 0 ? own : all).map(({ version }) => version);
    const fixed = versions.sort((a, b) => debianOrder(a, b) ?? 0).at(-1) ?? '';
    const { suite, source } = changelog[0] as ChangelogEntry;
    return {
      source: 'debian',
      record: cve,
      ids: [cve],
      subject: { type: 'deb', name: source, stream: releases[suite] ?? '' },
      affects: (version) => (debianOrder(version, fixed) ?? 0) < 0,
      probes: [fixed, `${fixed}~`, `${fixed}.1`],
    };
  });
}

/** A version above what the suite ships was rebuilt for it: the fix came with the next entry that it ships. */
function arrivedWith(changelog: readonly ChangelogEntry[], at: number): string {
  const { version, version_in_main, version_in_security } = changelog[at] as ChangelogEntry;
  const shipped = [version_in_main, version_in_security]
    .filter((each) => each !== null)
    .sort((a, b) => debianOrder(a, b) ?? 0)
    .at(-1);
  const isShipped = (each: string) => shipped === undefined || (debianOrder(each, shipped) ?? 0) <= 0;
  if (isShipped(version)) return version;
  return changelog.slice(0, at).findLast((entry) => isShipped(entry.version))?.version ?? shipped ?? version;
}
