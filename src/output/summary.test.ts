import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import { coverageFacts, databaseFact, incompleteness, subjectFacts, verdictOf } from './summary.ts';
import { emptyReport, findingOf, packageOf, reportOf, unfixedOf } from './testing/reports.ts';
import { planUpgrades } from './upgrades.ts';

const [left, right] = [packageOf('left'), packageOf('right')];
const kev = { added: '2026-01-01', ransomware: false };
const ransomware = { added: '2026-01-01', ransomware: true };
const problem = { code: 'file-corrupt', where: 'a', message: 'a is corrupt' };
const verdict = (findings: readonly Finding[], more: Partial<Report> = {}) => {
  const report = reportOf([left, right], findings, { coverage: [{ stream: 'npm', level: 'full' }], ...more });
  return verdictOf(report, planUpgrades(report));
};

test('the verdict says what to do and what it is good for', () => {
  const fixable = findingOf(left, 'CVE-2026-0001');
  const other = findingOf(right, 'CVE-2026-0002', { kev });
  const open = unfixedOf(right, 'CVE-2026-0003', { kev: ransomware });
  for (const [findings, sentence] of [
    [[fixable], '1 upgrade removes the only finding.'],
    [[fixable, findingOf(left, 'CVE-2026-0009')], '1 upgrade removes all 2 findings.'],
    [[fixable, other], '2 upgrades remove all 2 findings; 1 exploited in the wild.'],
    [
      [fixable, other, open],
      '2 upgrades remove 2 of 3 findings, 1 has no known fix; 2 exploited in the wild, 1 by ransomware.',
    ],
    [[open], '1 finding, with no known fix; 1 exploited in the wild, by ransomware.'],
    [[unfixedOf(left, 'CVE-2026-0004'), unfixedOf(left, 'CVE-2026-0005')], '2 findings, none with a known fix.'],
  ] as const)
    assert.equal(verdict(findings), sentence);
});

test('only a complete scan without findings sounds clean', () => {
  assert.equal(verdict([]), 'No known flaw was found in 2 packages.');
  assert.equal(verdict([], { problems: [problem] }), 'No known flaw was found, but this image cannot be called clean.');
  for (const level of ['fixed-only', 'none'] as const)
    assert.equal(
      verdict([], { coverage: [{ stream: 'alpine:3.10', level }] }),
      'No known flaw was found in 2 packages, as far as the advisories tell.',
    );
  assert.equal(
    verdict([findingOf(left, 'CVE-2026-0001', { ignored: { reason: 'known' } })]),
    'Nothing left to do: the one finding is ignored by rule.',
  );
});

test('problems are said to limit what is known', () => {
  assert.equal(incompleteness(emptyReport), undefined);
  assert.match(
    incompleteness({ ...emptyReport, problems: [problem] }) ?? '',
    /^Not the whole picture: 1 problem limits/,
  );
  assert.match(incompleteness({ ...emptyReport, problems: [problem, problem] }) ?? '', /2 problems limit /);
});

test('a remark limits nothing', () => {
  const remark = { code: 'distribution-in-extended-support', where: 'debian-12', message: 'in long-term support' };
  assert.equal(incompleteness({ ...emptyReport, problems: [remark] }), undefined);
  assert.match(incompleteness({ ...emptyReport, problems: [remark, problem] }) ?? '', /1 problem limits /);
});

test('coverage is said plainly for each stream, once', () => {
  const coverage: Report['coverage'] = [
    { stream: 'alpine:3.10', level: 'fixed-only', date: '2022-03-21' },
    { stream: 'cpe', level: 'full', date: '2026-08-21' },
    { stream: 'npm', level: 'full', date: '2026-08-20' },
    { stream: 'hex', level: 'none' },
    { stream: 'swift', level: 'none' },
  ];
  const problems = [{ code: 'stream-without-data', where: 'hex', message: 'no data for hex' }];
  assert.deepEqual(coverageFacts({ ...emptyReport, coverage, problems }), [
    'Nothing is known for swift: the packages were listed but could not be compared.',
    'Only fixed flaws are known for alpine:3.10 (of 2022-03-21): a flaw without a fix does not show here.',
    'Fixed and unfixed flaws are known for programs in NVD (of 2026-08-21) and npm (of 2026-08-20).',
  ]);
});

test('the age of the database is told, and when it is old', () => {
  const age = (built: string) =>
    databaseFact({ ...emptyReport, database: { built, sources: [] } }, '2026-11-22T12:00:00Z');
  assert.deepEqual(age('2026-11-22T00:00:00Z'), {
    text: 'Vulnerability database of 2026-11-22, up to date',
    isOld: false,
  });
  assert.deepEqual(age('2026-11-21T00:00:00Z').text, 'Vulnerability database of 2026-11-21, 1 day old');
  assert.deepEqual(age('2026-11-01T00:00:00Z'), {
    text: 'Vulnerability database of 2026-11-01, 21 days old',
    isOld: true,
  });
  assert.match(age('2026-05-01T00:00:00Z').text, /6 months old$/);
  assert.match(age('2021-05-01T00:00:00Z').text, /5 years old$/);
});

test('the end of life of a distribution stands beside its name', () => {
  const facts = (os: NonNullable<Report['image']['os']>) =>
    subjectFacts({ ...emptyReport, image: { ...emptyReport.image, os } }, '2026-11-22T12:00:00Z')[0];
  assert.equal(facts({ id: 'wolfi' }), 'wolfi');
  assert.equal(
    facts({ id: 'alpine', version: '3.10.4', name: 'Alpine Linux v3.10', endOfLife: '2021-05-01' }),
    'Alpine Linux v3.10 (3.10.4), end of life since 2021-05-01',
  );
  assert.equal(
    facts({ id: 'debian', version: '13', name: 'Debian 13', endOfLife: '2028-08-09' }),
    'Debian 13, supported until 2028-08-09',
  );
  assert.equal(facts({ id: 'x', version: '1', endOfLife: true }), 'x (1), end of life');
  const debian = { id: 'debian', version: '12', name: 'Debian 12', endOfLife: '2028-06-30' };
  assert.equal(
    facts({ ...debian, support: { kind: 'long-term', until: '2028-06-30' } }),
    'Debian 12, in long-term support until 2028-06-30',
  );
  assert.equal(
    facts({ ...debian, support: { kind: 'regular', until: '2027-07-11' } }),
    'Debian 12, supported until 2027-07-11, then in long-term support until 2028-06-30',
  );
  assert.equal(
    facts({ ...debian, support: { kind: 'regular', until: '2028-06-30' } }),
    'Debian 12, supported until 2028-06-30',
  );
});

test('packages are counted by kind', () => {
  const packages = [left, right, packageOf('musl', { type: 'apk' })];
  assert.deepEqual(subjectFacts(reportOf(packages, []), ''), ['3 packages (2 npm, 1 apk)']);
  assert.deepEqual(subjectFacts(reportOf([left], []), ''), ['1 npm package']);
  assert.deepEqual(subjectFacts(emptyReport, ''), ['0 packages']);
});
