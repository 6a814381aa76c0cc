import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Report } from '../../src/model/report.ts';
import { openDatabase, type VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { holdsGoFunction } from '../../src/vulnerability/go-functions.ts';
import { keyOf, type ListedFlaw, type ListedPackage, type Listing, partsOfPurl } from './listing.ts';

/** What a difference is judged by: both lists, our report with its reasons, and the database behind it. */
export interface Sides {
  readonly ours: Listing;
  readonly theirs: Listing;
  readonly report: Report;
  /** True when the database keeps one of these ids as a record that its source took back. */
  readonly isWithdrawn: (ids: readonly string[]) => boolean;
  /** What the database says of the package under one of the flaw's ids. */
  readonly entries: (flaw: ListedFlaw) => ReturnType<VulnerabilityDatabase['entries']>;
  /** True when the standard library's own copy of the package holds one of the functions. */
  readonly isInStandardLibrary: (path: string, functions: readonly string[]) => boolean;
  /** The reasons of our findings for this flaw in this package version. */
  readonly why: (flaw: ListedFlaw) => Report['findings'][number]['why'];
  /** The same artifact in the same file, under another group on the other side. */
  readonly otherGroups: (found: ListedPackage) => readonly ListedPackage[];
  readonly close: () => void;
}

export function openSides(reportPath: string, database: string, ours: Listing, theirs: Listing): Sides {
  const report = JSON.parse(readFileSync(reportPath, 'utf8')) as Report;
  const knowledge = openDatabase(database);
  const file = new DatabaseSync(database, { readOnly: true });
  const taken = file.prepare(
    "SELECT 1 FROM advisory WHERE record = ? AND json_extract(about, '$.withdrawn') IS NOT NULL",
  );
  return {
    ours,
    theirs,
    report,
    isWithdrawn: (ids) => ids.some((id) => taken.get(id) !== undefined),
    entries: ({ type, name, ids }) =>
      knowledge.entries(type, name).filter(({ advisory }) => {
        const { record, flaw } = knowledge.advisory(advisory);
        return ids.includes(record) || knowledge.idsOf(flaw).some((id) => ids.includes(id));
      }),
    isInStandardLibrary: (path, functions) =>
      report.packages.some(
        ({ name, symbols }) => name === 'stdlib' && symbols && holdsGoFunction(symbols, `vendor/${path}`, functions),
      ),
    why: (flaw) =>
      report.findings
        .filter(({ id, purl }) => flaw.ids.includes(id) && keyOf(partsOfPurl(purl)) === keyOf(flaw))
        .flatMap(({ why }) => why),
    otherGroups: (found) =>
      [...ours.packages, ...theirs.packages].filter(
        (other) =>
          other.type === 'maven' &&
          other.path === found.path &&
          artifactOf(other) === artifactOf(found) &&
          other.name !== found.name,
      ),
    close: () => {
      knowledge.close();
      file.close();
    },
  };
}

export function artifactOf({ name }: { readonly name: string }): string {
  return name.split(':').at(-1) ?? name;
}
