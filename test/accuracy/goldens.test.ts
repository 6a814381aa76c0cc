import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Report } from '../../src/model/report.ts';
import type { VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { lookupsOf } from '../../src/vulnerability/lookups.ts';
import { scanned, starterDatabase } from './scan.ts';

/** What Trivy expects of one of the inputs of its integration tests. */
interface Golden {
  readonly golden: string;
  /** A lock file or a document that lies beside, to be scanned as it is. */
  readonly scan?: string;
  /** Of an image: the packages that are expected to be affected, put into a document like Trivy's own. */
  readonly packages?: {
    readonly os?: string;
    readonly version?: string;
    readonly components: readonly { readonly purl: string; readonly source?: string }[];
  };
  /** A kind of input that is not read: package managers and disks outside our scope. */
  readonly unread?: string;
  readonly expected: readonly Expected[];
}

interface Expected {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly type: string;
}

const testdata = join(import.meta.dirname, 'testdata');
const goldens = JSON.parse(readFileSync(join(testdata, 'goldens.json'), 'utf8')) as readonly Golden[];

/** `found`, or why not; anything but these reasons is a miss. */
type Outcome =
  | 'found'
  | 'input not read'
  | 'no advisories for the release'
  | 'no such record'
  | 'record states other versions'
  | 'MISSED';

/** Where a record that is held says something else than the one that the golden was made from. */
const otherwise: readonly string[] = [
  // Microsoft's definition says that 8.2.4081-1.cm1, the installed version, fixes it; the golden's one 8.2.4082-1.cm1.
  'CVE-2022-0158 in vim 8.2.4081-1.cm1',
];

/** The same flaw under an id that our sources use. */
const sameFlaw: ReadonlyMap<string, string> = new Map([
  ['GMS-2022-20', 'GHSA-qq97-vm5h-rrhg'],
  ['GHSA-5crp-9r3c-p9vr', 'CVE-2024-21907'],
]);

describe("what Trivy's integration tests expect is found, where the data holds it", () => {
  let database: VulnerabilityDatabase;
  let directory = '';
  const outcomes: { readonly golden: string; readonly text: string; readonly outcome: Outcome }[] = [];

  before(() => {
    database = starterDatabase();
    directory = mkdtempSync(join(tmpdir(), 'breakwater-goldens-'));
  });
  after(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });

  for (const golden of goldens) {
    test(golden.golden, async () => {
      const report = golden.unread ? undefined : await scanned(inputOf(golden, directory));

      const results = golden.expected.map((expected) => ({
        golden: golden.golden,
        text: `${expected.id} in ${expected.package} ${expected.version}`,
        outcome: report ? outcomeOf(expected, report, database) : ('input not read' as const),
      }));
      outcomes.push(...results);

      const missed = results.filter(
        ({ outcome, text }) =>
          outcome === 'MISSED' || (outcome === 'record states other versions' && !otherwise.includes(text)),
      );
      assert.deepEqual(missed, []);
    });
  }

  test('all together', (context) => {
    const groups = Map.groupBy(outcomes, ({ outcome }) => outcome);
    for (const [outcome, group] of groups) {
      context.diagnostic(`${outcome}: ${group.length} of ${outcomes.length}`);
      if (outcome !== 'found') for (const { golden, text } of group) context.diagnostic(`    ${golden}: ${text}`);
    }

    assert.equal(outcomes.length, 120);
    assert.ok((groups.get('found')?.length ?? 0) >= 57);
  });
});

function inputOf({ golden, scan, packages }: Golden, directory: string): string {
  if (scan) return join(testdata, scan);
  const path = join(directory, `${golden}.cdx.json`);
  const system = packages?.os && { type: 'operating-system', name: packages.os, version: packages.version };
  const components = packages?.components.map(({ purl, source }) => ({
    type: 'library',
    name: decodeURIComponent(purl.replace(/^pkg:\w+\//, '').replace(/@.*/, '')),
    purl,
    ...(source && {
      properties: [
        { name: 'aquasecurity:trivy:SrcName', value: source },
        { name: 'aquasecurity:trivy:SrcVersion', value: decodeURIComponent(/@([^?]*)/.exec(purl)?.[1] ?? '') },
      ],
    }),
  }));
  writeFileSync(
    path,
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [...(system ? [system] : []), ...(components ?? [])],
    }),
  );
  return path;
}

function outcomeOf(expected: Expected, report: Report, database: VulnerabilityDatabase): Outcome {
  const id = sameFlaw.get(expected.id) ?? expected.id;
  const name = nameWithin(expected.package);
  const candidates = report.packages.filter((found) => {
    const { namespace, name: own } = found;
    return [own, `${namespace}/${own}`, `${namespace}:${own}`].some((text) => nameWithin(text) === name);
  });
  const places = new Set(candidates.map((candidate) => candidate.id));
  const found = report.findings.filter((finding) => places.has(finding.package));
  if (found.some((finding) => [finding.id, ...finding.aliases].includes(id))) return 'found';
  if (candidates.length === 0) return 'MISSED';
  const lookups = candidates.flatMap((candidate) => {
    const keys = lookupsOf(candidate, database);
    return typeof keys === 'string' ? [] : keys;
  });
  if (lookups.every(({ stream }) => !database.streams.has(stream))) return 'no advisories for the release';
  const isHeld = lookups.some(({ stream, name: key }) =>
    database.entries(stream, key).some(({ advisory }) => database.idsOf(database.advisory(advisory).flaw).includes(id)),
  );
  return isHeld ? 'record states other versions' : 'no such record';
}

function nameWithin(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
