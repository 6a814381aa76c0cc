import { DatabaseSync } from 'node:sqlite';
import { loadEntries } from '../../src/vulnerability/database/entry.ts';
import { openDatabase } from '../../src/vulnerability/database.ts';
import type { VersionScheme } from '../../src/vulnerability/version-scheme.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';

/** Usage: compare-versions.ts DATABASE — prints, for each scheme that the database uses, million comparisons a second. */
const [path = ''] = process.argv.slice(2);
const maxVersions = 20_000;

const database = openDatabase(path);
const streams = Map.groupBy(database.streams.values(), ({ scheme }) => scheme);
database.close();
const result: Record<string, { rate: number; versions: number }> = {};
for (const scheme of versionSchemes) {
  const versions = versionsOf((streams.get(scheme.id) ?? []).map(({ id }) => id)).filter(scheme.isValid);
  if (versions.length > 1) result[scheme.id] = { rate: rateOf(scheme, versions), versions: versions.length };
}
process.stdout.write(JSON.stringify(result));

function versionsOf(ids: readonly string[]): string[] {
  const versions = new Set<string>();
  const file = new DatabaseSync(path, { readOnly: true });
  for (const id of ids) {
    for (const { entries } of file.prepare('SELECT entries FROM affected WHERE stream = ?').iterate(id)) {
      for (const { ranges } of loadEntries(String(entries)))
        for (const range of ranges) for (const version of Object.values(range)) versions.add(version);
      if (versions.size >= maxVersions) break;
    }
  }
  file.close();
  return [...versions].slice(0, maxVersions);
}

function rateOf(scheme: VersionScheme, versions: readonly string[]): number {
  let comparisons = 0;
  const compare = (a: string, b: string) => {
    comparisons += 1;
    return scheme.compare(a, b);
  };
  const start = performance.now();
  for (let round = 0; round < 3; round += 1) {
    versions.filter((version) => scheme.isValid(version)).sort(compare);
  }
  return comparisons / 1000 / (performance.now() - start);
}
