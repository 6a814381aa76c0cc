import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Package } from '../model/package.ts';
import { findingOf, packageOf, reportOf, unfixedOf } from './testing/reports.ts';
import { countBySeverity, flawsOf, planUpgrades, spelledLike } from './upgrades.ts';

const binary = (name: string, version = '1.1.1d-r2'): Package =>
  packageOf(name, { type: 'apk', namespace: 'alpine', version, source: { name: 'openssl', version: '1.1.1d-r2' } });

test('binaries of one source package are one upgrade', () => {
  const [crypto, ssl] = [binary('libcrypto1.1'), binary('libssl1.1')];
  const findings = [crypto, ssl].map((found) => findingOf(found, 'CVE-2021-3449', { upgradeTo: '1.1.1k-r0' }));

  const { upgrades } = planUpgrades(reportOf([crypto, ssl], findings));

  assert.deepEqual(
    upgrades.map(({ name, installed, target, packages, findings }) => ({
      title: `${name} ${installed} → ${target}`,
      packages: packages.map((found) => found.name),
      findings: findings.length,
    })),
    [{ title: 'openssl 1.1.1d-r2 → 1.1.1k-r0', packages: ['libcrypto1.1', 'libssl1.1'], findings: 2 }],
  );
});

test('one version of a package in several places is one upgrade, two versions are two', () => {
  const places = [
    packageOf('lodash', { id: 'a', locations: [{ path: 'a/lodash' }] }),
    packageOf('lodash', { id: 'b', locations: [{ path: 'b/lodash' }] }),
    packageOf('lodash', { id: 'c', version: '2.0.0' }),
  ];
  const { upgrades } = planUpgrades(
    reportOf(
      places,
      places.map((found) => findingOf(found, 'CVE-2026-0001')),
    ),
  );
  assert.deepEqual(
    upgrades.map(({ installed, packages }) => [installed, packages.length]),
    [
      ['1.0.0', 2],
      ['2.0.0', 1],
    ],
  );
});

test('packages of the same name in different ecosystems are not mixed', () => {
  const found = [packageOf('redis', { id: 'n' }), packageOf('redis', { id: 'p', type: 'pypi' })];
  const { upgrades } = planUpgrades(
    reportOf(
      found,
      found.map((each) => findingOf(each, 'CVE-2026-0001')),
    ),
  );
  assert.deepEqual(upgrades.map(({ type }) => type).sort(), ['npm', 'pypi']);
});

test('what one version cannot fix together with the rest is an upgrade of its own', () => {
  const found = packageOf('left');
  const { upgradeTo: _none, ...other } = findingOf(found, 'CVE-2026-0002', { fixed: ['2.0.0'] });
  const { upgrades, unfixed } = planUpgrades(reportOf([found], [findingOf(found, 'CVE-2026-0001'), other]));
  assert.deepEqual(
    upgrades.map(({ target, findings }) => [target, findings.map(({ id }) => id)]),
    [
      ['1.0.1', ['CVE-2026-0001']],
      ['2.0.0', ['CVE-2026-0002']],
    ],
  );
  assert.deepEqual(unfixed, []);
});

test('a version is written as the package writes its own', () => {
  assert.equal(spelledLike('v0.7.1', '0.7.7'), 'v0.7.7');
  assert.equal(spelledLike('1.21.4', '1.21.11'), '1.21.11');
  assert.equal(spelledLike('v1.0.0', 'v1.0.1'), 'v1.0.1');
});

test('findings without a fix and ignored ones stand apart, and none is lost', () => {
  const found = packageOf('left');
  const findings = [
    findingOf(found, 'CVE-2026-0001'),
    unfixedOf(found, 'CVE-2026-0002', { status: 'will-not-fix' }),
    findingOf(found, 'CVE-2026-0003', { ignored: { reason: 'not reachable' } }),
  ];
  const plan = planUpgrades(reportOf([found], findings));
  assert.deepEqual(
    [plan.upgrades[0]?.findings, plan.unfixed[0]?.findings, plan.ignored].map((list) => list?.map(({ id }) => id)),
    [['CVE-2026-0001'], ['CVE-2026-0002'], ['CVE-2026-0003']],
  );
});

test('the most dangerous comes first: exploited, then severity, then likelihood', () => {
  const names = ['likely', 'critical', 'exploited', 'unlikely'];
  const packages = names.map((name) => packageOf(name));
  const epss = (score: number) => ({ score, percentile: score, date: '2026-08-16' });
  const findings = packages.map((found) =>
    findingOf(found, 'CVE-2026-0001', {
      severity: found.name === 'critical' ? 'critical' : 'medium',
      ...(found.name === 'exploited' && { kev: { added: '2026-01-01', ransomware: true } }),
      epss: epss(found.name === 'likely' ? 0.9 : 0.1),
    }),
  );
  const { upgrades } = planUpgrades(reportOf(packages, findings));
  assert.deepEqual(
    upgrades.map(({ name }) => name),
    ['exploited', 'critical', 'likely', 'unlikely'],
  );
  assert.deepEqual(
    upgrades.map(({ exploited, isUsedByRansomware }) => [exploited, isUsedByRansomware]),
    [
      [1, true],
      [0, false],
      [0, false],
      [0, false],
    ],
  );
});

test('a finding whose package is not in the list is still shown', () => {
  const { upgrades } = planUpgrades(reportOf([], [findingOf(packageOf('gone'), 'CVE-2026-0001')]));
  assert.equal(upgrades[0]?.name, 'pkg:npm/gone@1.0.0');
});

test('severities are counted worst first, flaws once', () => {
  const found = packageOf('left');
  const findings = [
    findingOf(found, 'CVE-2026-0001', { severity: 'low' }),
    findingOf(found, 'CVE-2026-0002', { severity: 'critical' }),
    findingOf(found, 'CVE-2026-0001', { severity: 'low' }),
  ];
  assert.deepEqual(countBySeverity(findings), [
    ['critical', 1],
    ['low', 2],
  ]);
  assert.deepEqual(
    flawsOf(findings).map(({ id }) => id),
    ['CVE-2026-0001', 'CVE-2026-0002'],
  );
});
