import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checkWhy } from '../../bench/accuracy/check-why.ts';
import type { Finding, Why } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import type { VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { scanned, starterDatabase } from './scan.ts';

const testdata = join(import.meta.dirname, 'testdata');

/** Findings may grow with the database; fewer would be lost ones. */
const inputs = [
  { path: 'alpine-3.10', findings: 20, streams: ['alpine:3.10'] },
  { path: 'alpine-3.11', findings: 40, streams: ['alpine:3.11'] },
  { path: 'debian-12', findings: 30, streams: ['debian:12'] },
  { path: 'node.cdx.json', findings: 130, streams: ['npm'] },
  { path: 'python-java.cdx.json', findings: 250, streams: ['maven', 'pypi'] },
  { path: 'go-rust.cdx.json', findings: 100, streams: ['cargo', 'golang'] },
];

describe('every finding is explained by reasons that hold', () => {
  let database: VulnerabilityDatabase;
  before(() => {
    database = starterDatabase();
  });
  after(() => database.close());

  for (const { path, findings, streams } of inputs) {
    test(path, async (context) => {
      const report = await scanned(join(testdata, path));

      const check = checkWhy(report, database);

      context.diagnostic(
        `${check.findings} findings, ${check.reasons} reasons, ${check.comparisons.length} distinct comparisons`,
      );
      assert.deepEqual(check.faults, []);
      assert.ok(check.findings >= findings, `${check.findings} findings`);
      const seen = new Set(report.findings.flatMap(({ why }) => why.map(({ stream }) => stream)));
      assert.deepEqual(
        streams.filter((stream) => !seen.has(stream)),
        [],
      );
    });
  }

  const forgeries: readonly {
    readonly name: string;
    readonly forge: (why: Why, finding: Finding) => Partial<Finding>;
  }[] = [
    {
      name: 'a comparison that does not hold',
      forge: (why) => ({ why: [{ ...why, comparisons: [`${why.version} < 0.0.0_alpha`] }] }),
    },
    { name: 'a comparison of another version', forge: (why) => ({ why: [{ ...why, comparisons: ['0.1 < 9'] }] }) },
    { name: 'a record that does not exist', forge: (why) => ({ why: [{ ...why, record: 'CVE-1999-0001' }] }) },
    { name: 'a record of another flaw', forge: () => ({ id: 'CVE-1999-0001' }) },
    { name: 'a range that the record does not state', forge: (why) => ({ why: [{ ...why, range: '< 99' }] }) },
    { name: 'a fix that is older than the package', forge: (why) => ({ why: [{ ...why, fixed: '0.1' }] }) },
    { name: 'a fix that no reason tells', forge: () => ({ fixed: ['99'] }) },
    {
      name: 'another version than the package has',
      forge: (why) => ({ why: [{ ...why, version: '0.1', comparisons: [] }] }),
    },
    { name: 'no reason at all', forge: () => ({ why: [] }) },
  ];

  for (const { name, forge } of forgeries) {
    test(`the check sees ${name}`, async () => {
      const report = await scanned(join(testdata, 'alpine-3.10'));
      const [finding] = report.findings;
      const forged = { ...finding!, ...forge(finding!.why[0]!, finding!) };

      const { faults } = checkWhy({ ...report, findings: [forged] } satisfies Report, database);

      assert.notDeepEqual(faults, []);
    });
  }
});
