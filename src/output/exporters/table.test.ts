import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { displayWidth } from '../../lib/display-width.ts';
import type { Report } from '../../model/report.ts';
import {
  emptyReport,
  findingOf,
  hostileReport,
  largeReport,
  options,
  packageOf,
  realReport,
  reportOf,
  unfixedOf,
} from '../testing/reports.ts';
import { table } from './table.ts';

const lines = (report: Report, columns = 100) => table.write(report, { ...options, columns }).split('\n');

test('nothing is wider than the terminal, from 60 to 200 columns', () => {
  for (const report of [realReport(), largeReport(300)]) {
    for (let columns = 60; columns <= 200; columns += 7) {
      const tooWide = lines(report, columns).filter((line) => displayWidth(line) > columns);
      assert.deepEqual(tooWide, [], `${columns} columns`);
    }
  }
});

test('nothing is wider than the terminal, whatever the texts', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 150 });
  fc.assert(
    fc.property(text, fc.integer({ min: 60, max: 200 }), (each, columns) =>
      lines(hostileReport(each), columns).every((line) => displayWidth(line) <= columns),
    ),
  );
});

test('a terminal that is narrower or wider is taken as 60 or 200 columns', () => {
  assert.deepEqual(lines(realReport(), 20), lines(realReport(), 60));
  assert.deepEqual(lines(realReport(), 4000), lines(realReport(), 200));
});

test('colours add nothing that the words do not say', () => {
  const coloured = table.write(realReport(), { ...options, colour: true });
  assert.notEqual(coloured, table.write(realReport(), options));
  assert.equal(stripVTControlCharacters(coloured), table.write(realReport(), options));
});

test('an upgrade is one row: what to what, how many findings go, how bad, and the flaws below', () => {
  const binaries = ['libcrypto1.1', 'libssl1.1'].map((name) =>
    packageOf(name, { type: 'apk', version: '1.1.1d-r2', source: { name: 'openssl', version: '1.1.1d-r2' } }),
  );
  const facts = {
    upgradeTo: '1.1.1l-r0',
    severity: 'critical',
    epss: { score: 0.63, percentile: 1, date: '2026-08-16' },
  } as const;
  const findings = binaries.flatMap((found) => [
    findingOf(found, 'CVE-2021-3711', { ...facts, kev: { added: '2022-01-01', ransomware: true } }),
    findingOf(found, 'CVE-2021-3449', { ...facts, severity: 'medium' }),
  ]);
  const text = lines(reportOf(binaries, findings)).join('\n');
  assert.match(text, /^critical +openssl 1\.1\.1d-r2 → 1\.1\.1l-r0 +4 +KEV ransomware +63%$/m);
  assert.match(text, /^ +in libcrypto1\.1, libssl1\.1$/m);
  assert.match(text, /^ +critical +CVE-2021-3711 \(KEV\)$/m);
  assert.match(text, /^ +medium +CVE-2021-3449$/m);
});

test('what has no fix says so, in the words of its status', () => {
  const found = packageOf('left');
  const text = lines(
    reportOf(
      [found],
      [unfixedOf(found, 'CVE-2026-0001'), unfixedOf(found, 'CVE-2026-0002', { status: 'will-not-fix' })],
    ),
  ).join('\n');
  assert.match(text, /^No known fix$/m);
  assert.match(text, /^high +left 1\.0\.0 +2 +not fixed, will not be fixed$/m);
});

test('a scan with problems never looks clean', () => {
  const report = {
    ...emptyReport,
    problems: [{ code: 'file-corrupt', where: 'var/lib/rpm', message: 'The database is corrupt.' }],
  };
  const text = lines(report).join('\n');
  assert.match(text, /cannot be called clean/);
  assert.match(text, /^ {2}! var\/lib\/rpm: The database is corrupt\. \[file-corrupt\]$/m);
});

test('a stream of which only fixed flaws are known is said', () => {
  const text = lines({
    ...emptyReport,
    coverage: [{ stream: 'alpine:3.10', level: 'fixed-only', date: '2022-03-21' }],
  }).join('\n');
  assert.match(text, /Only fixed flaws are known for alpine:3\.10/);
});

test('ignored findings are counted apart, with reason and last day', () => {
  const found = packageOf('left');
  const text = lines(
    reportOf(
      [found],
      [findingOf(found, 'CVE-2026-0001', { ignored: { reason: 'not reachable', expires: '2027-01-31' } })],
    ),
  ).join('\n');
  assert.match(text, /^Ignored by rule: 1 finding$/m);
  assert.match(text, /^ {2}- CVE-2026-0001, until 2027-01-31: not reachable$/m);
});

test('where there is much, the rest is one line each, and the verdict is said again at the end', () => {
  const text = lines(largeReport(400)).join('\n');
  const verdict = /^100 upgrades remove 300 of 400 findings/gm;
  assert.equal(text.match(verdict)?.length, 2);
  assert.equal(text.match(/ → /g)?.length, 100, 'every upgrade is there');
  assert.match(text, /^and 75 findings more in 75 packages; --format html lists all$/m);
});

test('the next step can be copied into a shell', () => {
  const found = packageOf('left');
  const of = (reference: string) =>
    lines(
      { ...reportOf([found], [findingOf(found, 'CVE-2026-0001')]), image: { ...emptyReport.image, reference } },
      200,
    ).join('\n');
  assert.match(of('alpine:3.10'), / breakwater explain alpine:3\.10 CVE-2026-0001$/m);
  assert.match(of("it's $(here).tar"), / breakwater explain 'it'\\''s \$\(here\)\.tar' CVE-2026-0001$/m);
  assert.match(of('bad\u001b[2J'), / breakwater explain … CVE-2026-0001$/m);
});
