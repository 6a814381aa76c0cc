import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Report } from '../../src/model/report.ts';
import { openDatabase, type VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { keyOf, type ListedFlaw, type ListedPackage, type Listing, partsOfPurl } from './listing.ts';

/** What a difference is judged by: both lists, our report with its reasons, and the database behind it. */
export interface Sides {
  readonly ours: Listing;
  readonly theirs: Listing;
  /** Packages of ours by the key that all tools share. */
  readonly report: Report;
  /** True when the database keeps one of these ids as a record that its source took back. */
  readonly isWithdrawn: (ids: readonly string[]) => boolean;
  /** What the Go database says of the module under one of the flaw's ids. */
  readonly goEntries: (flaw: ListedFlaw) => ReturnType<VulnerabilityDatabase['entries']>;
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
    goEntries: ({ name, ids }) =>
      knowledge.entries('golang', name).filter(({ advisory }) => ids.includes(knowledge.advisory(advisory).record)),
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
