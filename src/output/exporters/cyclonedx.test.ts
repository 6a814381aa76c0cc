import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../model/report.ts';
import { imageProperties, packageProperties } from '../../model/sbom-properties.ts';
import { findingOf, options, packageOf, realReport, reportOf } from '../testing/reports.ts';
import { cyclonedx } from './cyclonedx.ts';

const write = (report: Report, now = options.now) => JSON.parse(cyclonedx.write(report, { ...options, now }));
const found = packageOf('left');

test('every package is a component under its own id, with all facts that its package URL does not tell', () => {
  const report = realReport();
  const { components, metadata } = write(report);
  const byReference = new Map(components.map((component: { 'bom-ref': string }) => [component['bom-ref'], component]));
  for (const each of report.packages) {
    const component = byReference.get(each.id) as { purl: string; properties: unknown };
    assert.equal(component.purl, each.purl);
    assert.deepEqual(component.properties, packageProperties(each));
  }
  assert.deepEqual(metadata.component.properties, imageProperties(report.image));
  assert.equal(metadata.component.version, report.image.manifestDigest);
  assert.equal(metadata.component.hashes[0].content, report.image.manifestDigest?.slice(7));
});

test('a serial number belongs to its content', () => {
  const [first, again, later, other] = [
    write(realReport()),
    write(realReport()),
    write(realReport(), '2026-11-23T00:00:00.000Z'),
    write(reportOf([found], [])),
  ].map(({ serialNumber }) => serialNumber);
  assert.equal(first, again);
  assert.equal(new Set([first, later, other]).size, 3);
});

test('a flaw stands once for all packages of which the same is said', () => {
  const right = packageOf('right');
  const { vulnerabilities } = write(
    reportOf(
      [found, right],
      [findingOf(found, 'CVE-2026-0001'), findingOf(right, 'CVE-2026-0001'), findingOf(right, 'CVE-2026-0002')],
    ),
  );
  assert.deepEqual(
    vulnerabilities.map(({ id, affects }: { id: string; affects: { ref: string }[] }) => [
      id,
      affects.map(({ ref }) => ref),
    ]),
    [
      ['CVE-2026-0001', [found.id, right.id]],
      ['CVE-2026-0002', [right.id]],
    ],
  );
});

test('a finding keeps its verdict, scores, weaknesses, advisories and versions', () => {
  const [vulnerability] = write(
    reportOf(
      [found],
      [
        findingOf(found, 'CVE-2026-0001', {
          aliases: ['GHSA-aaaa-bbbb-cccc'],
          title: 'Breaks',
          severity: 'negligible',
          severitySource: 'debian',
          cvss: [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8, source: 'nvd' }],
          cwe: ['CWE-79', 'NVD-CWE-noinfo'],
          references: ['https://example.org/a', 'javascript:alert(1)'],
          published: '2026-01-02',
          fixed: ['1.0.1', '2.0.0'],
          kev: { added: '2026-01-03', ransomware: false },
        }),
      ],
    ),
  ).vulnerabilities;
  assert.deepEqual(vulnerability, {
    id: 'CVE-2026-0001',
    source: { name: 'NVD', url: 'https://nvd.nist.gov/vuln/detail/CVE-2026-0001' },
    references: [
      {
        id: 'GHSA-aaaa-bbbb-cccc',
        source: { name: 'GitHub', url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc' },
      },
    ],
    ratings: [
      { source: { name: 'debian' }, severity: 'info', method: 'other' },
      {
        source: { name: 'nvd' },
        score: 9.8,
        severity: 'critical',
        method: 'CVSSv31',
        vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      },
    ],
    cwes: [79],
    description: 'Breaks',
    recommendation: 'Upgrade to 1.0.1',
    advisories: [{ url: 'https://example.org/a' }],
    published: '2026-01-02T00:00:00.000Z',
    affects: [
      {
        ref: found.id,
        versions: [
          { version: '1.0.0', status: 'affected' },
          { version: '1.0.1', status: 'unaffected' },
          { version: '2.0.0', status: 'unaffected' },
        ],
      },
    ],
    properties: [
      { name: 'breakwater:finding:kev:added', value: '2026-01-03' },
      { name: 'breakwater:finding:kev:ransomware', value: 'false' },
    ],
  });
});

test('an ignored finding says why, apart from the same flaw where it counts', () => {
  const right = packageOf('right');
  const { vulnerabilities } = write(
    reportOf(
      [found, right],
      [
        findingOf(found, 'CVE-2026-0001', { ignored: { reason: 'not reachable', expires: '2027-01-31' } }),
        findingOf(right, 'CVE-2026-0001'),
      ],
    ),
  );
  assert.deepEqual(
    vulnerabilities.map(({ analysis }: { analysis?: { detail: string } }) => analysis?.detail),
    ['Ignored until 2027-01-31: not reachable', undefined],
  );
});

test('licences are ids, one expression, or names', () => {
  const of = (licenses: readonly string[]) =>
    write(reportOf([packageOf('left', { licenses })], [])).components[0].licenses;
  assert.deepEqual(of(['mit', 'ISC']), [{ license: { id: 'MIT' } }, { license: { id: 'ISC' } }]);
  assert.deepEqual(of(['MIT OR ISC', 'Zlib']), [{ expression: '(MIT OR ISC) AND Zlib' }]);
  assert.deepEqual(of(['MIT OR ISC', 'BSD']), [{ license: { name: 'MIT OR ISC' } }, { license: { name: 'BSD' } }]);
});

test('a list with problems is not called complete', () => {
  const aggregate = (report: Report) => write(report).compositions[0].aggregate;
  assert.equal(aggregate(reportOf([found], [])), 'unknown');
  assert.equal(aggregate(realReport()), 'incomplete');
});
