import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeSpan, plainText } from '../markdown-text.ts';
import { emptyReport, findingOf, largeReport, options, packageOf, reportOf, unfixedOf } from '../testing/reports.ts';
import { markdown } from './markdown.ts';

test('an upgrade is a row, with links to its flaws', () => {
  const found = packageOf('core', { namespace: '@babel' });
  const text = markdown.write(
    reportOf([found], [findingOf(found, 'CVE-2026-0001'), findingOf(found, 'PYSEC-2026-1')]),
    options,
  );
  assert.match(
    text,
    /^\| high \| `@babel\/core` `1\.0\.0` → `1\.0\.1`<br>in npm, `app\/node_modules\/core\/package\.json` \| 2 \| {2}\| {2}\| \[CVE-2026-0001\]\(https:\/\/nvd\.nist\.gov\/vuln\/detail\/CVE-2026-0001\) `PYSEC-2026-1` \|$/m,
  );
});

test('what has no fix and what is ignored is folded away, and counted', () => {
  const found = packageOf('left');
  const findings = [
    unfixedOf(found, 'CVE-2026-0001'),
    findingOf(found, 'CVE-2026-0002', { ignored: { reason: 'not reachable', expires: '2027-01-31' } }),
  ];
  const text = markdown.write(reportOf([found], findings), options);
  assert.match(text, /<details><summary>No known fix: 1 finding in 1 package<\/summary>/);
  assert.match(text, /<details><summary>Ignored by rule: 1 finding<\/summary>/);
  assert.match(text, /, until 2027-01-31: not reachable$/m);
});

test('what has no room is counted, and limits are always said', () => {
  const text = markdown.write(
    { ...largeReport(5000), problems: [{ code: 'file-corrupt', where: 'a', message: 'It is corrupt.' }] },
    options,
  );
  assert.ok(text.length <= 65_536);
  assert.match(text, /^… and [\d,]+ upgrades more\.$/m);
  assert.match(text, /^- ⚠ a: It is corrupt\. \\\[file-corrupt\\\]$/m);
});

test('a clean report is short', () => {
  const text = markdown.write({ ...emptyReport, packages: [packageOf('left')] }, options);
  assert.match(text, /^\*\*No known flaw was found in 1 package\.\*\*$/m);
  assert.doesNotMatch(text, /\|/);
});

test('names are code, whatever they hold', () => {
  for (const [text, shown] of [
    ['plain', '`plain`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a|b', '`a\\|b`'],
    ['a\\|b', '`a\\¦b`'],
    ['', ''],
  ] as const)
    assert.equal(codeSpan(text), shown);
});

test('sentences hold no markup, mention nobody and link to nothing', () => {
  assert.equal(plainText('*a* [b](c) <d> `e` | f_g'), '\\*a\\* \\[b\\](c) &lt;d&gt; \\`e\\` \\| f\\_g');
  assert.equal(plainText('@team #12 https://x.example'), '@&#8203;team #&#8203;12 https:&#8203;//x.example');
});
