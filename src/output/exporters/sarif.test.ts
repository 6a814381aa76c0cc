import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { emptyReport, findingOf, options, packageOf, reportOf } from '../testing/reports.ts';
import { sarif } from './sarif.ts';

const write = (report: Report) => JSON.parse(sarif.write(report, options)).runs[0];
const found = packageOf('left', { locations: [{ path: 'opt/my app/a.jar!/lib/b.jar' }] });
const ruleOf = (more: Partial<Finding>) =>
  write(reportOf([found], [findingOf(found, 'CVE-2026-0001', more)])).tool.driver.rules[0];

test('each flaw is one rule, each finding one result that points to it', () => {
  const right = packageOf('right');
  const { tool, results } = write(
    reportOf(
      [found, right],
      [findingOf(found, 'CVE-2026-0001'), findingOf(right, 'CVE-2026-0002'), findingOf(right, 'CVE-2026-0001')],
    ),
  );
  assert.deepEqual(
    tool.driver.rules.map(({ id }: { id: string }) => id),
    ['CVE-2026-0001', 'CVE-2026-0002'],
  );
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
});

test('the security severity falls into the band of our severity', () => {
  const cvss = (score: number): Partial<Finding> => ({ cvss: [{ version: '3.1', vector: 'v', score, source: 'nvd' }] });
  for (const [severity, score, expected, level] of [
    ['critical', 9.8, '9.8', 'error'],
    ['critical', 5, '9.5', 'error'],
    ['high', 9.8, '8.0', 'error'],
    ['medium', 6.5, '6.5', 'warning'],
    ['low', 9.8, '2.0', 'note'],
    ['negligible', 5, '0.1', 'note'],
    ['unknown', 9.8, undefined, 'warning'],
  ] as const) {
    const rule = ruleOf({ severity, ...cvss(score) });
    assert.equal(rule.properties['security-severity'], expected, severity);
    assert.equal(rule.defaultConfiguration.level, level);
  }
});

test('a rule has help with what is known of the flaw', () => {
  const { help, helpUri, properties } = ruleOf({
    title: 'Breaks <b>things</b>',
    aliases: ['GHSA-aaaa-bbbb-cccc'],
    cwe: ['CWE-79'],
    kev: { added: '2026-01-01', ransomware: true },
    epss: { score: 0.5, percentile: 0.9, date: '2026-08-16' },
  });
  assert.match(
    help.text,
    /^Breaks <b>things<\/b>\nSeverity: high \(by ghsa\)\nExploited in the wild, also by ransomware/,
  );
  assert.match(help.markdown, /^\*\*Breaks &lt;b&gt;things/);
  assert.equal(helpUri, 'https://nvd.nist.gov/vuln/detail/CVE-2026-0001');
  assert.deepEqual(properties.tags, ['security', 'vulnerability', 'CWE-79']);
});

test('a result says where the package lies, as a URI below the root of the image', () => {
  const [result] = write(reportOf([found], [findingOf(found, 'CVE-2026-0001')])).results;
  assert.deepEqual(result.locations[0].physicalLocation, {
    artifactLocation: { uri: 'opt/my%20app/a.jar!/lib/b.jar', uriBaseId: 'ROOTFS' },
    region: { startLine: 1 },
  });
  assert.equal(result.message.text, 'left 1.0.0 has CVE-2026-0001: fixed in 1.0.1.');
});

test('fingerprints are those of image, package instance and flaw', () => {
  const prints = (report: Report) =>
    write(report).results.map(({ fingerprints }: { fingerprints: object }) => JSON.stringify(fingerprints));
  const report = reportOf([found], [findingOf(found, 'CVE-2026-0001'), findingOf(found, 'CVE-2026-0002')]);
  assert.deepEqual(prints(report), prints({ ...report, database: { built: '2027-01-01T00:00:00Z', sources: [] } }));
  const other = prints({ ...report, image: { ...emptyReport.image, reference: 'other.tar' } });
  assert.equal(new Set([...prints(report), ...other]).size, 4);
});

test('ignored findings are suppressed, with the reason', () => {
  const ignored = { reason: 'not reachable', expires: '2027-01-31' };
  const [result] = write(reportOf([found], [findingOf(found, 'CVE-2026-0001', { ignored })])).results;
  assert.deepEqual(result.suppressions, [
    { kind: 'external', status: 'accepted', justification: 'not reachable (until 2027-01-31)' },
  ]);
});

test('problems are notifications', () => {
  const problems = [{ code: 'file-corrupt', where: 'var/lib/rpm', message: 'It is corrupt.' }];
  const [{ toolExecutionNotifications }] = write({ ...emptyReport, problems }).invocations;
  assert.deepEqual(toolExecutionNotifications, [
    { descriptor: { id: 'file-corrupt' }, level: 'warning', message: { text: 'var/lib/rpm: It is corrupt.' } },
  ]);
});
