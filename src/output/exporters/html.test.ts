import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { emptyReport, findingOf, options, packageOf, realReport, reportOf } from '../testing/reports.ts';
import { script } from './html/script.data.ts';
import { html } from './html.ts';

const page = html.write(realReport(), options);

test('the policy lets in exactly the style and the script of the page', () => {
  const policy = (/Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&#39;', "'");
  for (const tag of ['style', 'script']) {
    const content = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? assert.fail(tag);
    const hash = createHash('sha256').update(content).digest('base64');
    assert.ok(policy.includes(`${tag}-src 'sha256-${hash}'`), `${tag} is let in`);
  }
  assert.match(policy, /^default-src 'none';/);
});

test('nothing is fetched from anywhere', () => {
  const withoutLinks = page.replace(/<a href="https:\/\/[^"]*" rel="noreferrer">/g, '');
  assert.doesNotMatch(withoutLinks, /https?:\/\/|url\(|@import/);
});

test('light and dark, narrow and wide, are thought of', () => {
  assert.match(page, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
  assert.match(page, /prefers-color-scheme: dark/);
  assert.match(page, /max-width: 760px/);
});

test('every upgrade, finding and limit is there', () => {
  const report = realReport();
  assert.equal(page.match(/<tr data-severity/g)?.length, report.findings.length);
  assert.ok(page.includes('<bdi class="name">openssl</bdi> <bdi class="name installed">3.0.20-1~deb12u2</bdi>'));
  for (const { code } of report.problems) assert.ok(page.includes(`<code>${code}</code>`));
});

test('a page without findings has neither filter nor script', () => {
  assert.doesNotMatch(html.write(emptyReport, options), /<script|<form|<table/);
});

test('texts of an image stay texts', () => {
  const found = packageOf('"><script>alert(1)</script>');
  const hostile = html.write(reportOf([found], [findingOf(found, 'CVE-2026-0001')]), options);
  assert.equal(hostile.match(/<script/g)?.length, 1);
  assert.ok(hostile.includes('&#34;&#62;&#60;script&#62;'));
});

test('the filter shows what fits the words, the severity and the marks', () => {
  const row = (textContent: string, severity: string, marks: string) => ({
    textContent,
    dataset: { severity, marks },
    hidden: false,
  });
  const rows = [
    row('CVE-1 openssl', 'high', 'fixable'),
    row('CVE-2 Zlib', 'low', 'fixable exploited'),
    row('CVE-3 zlib', 'high', ''),
  ];
  const output = { textContent: '' };
  const elements = {
    text: { value: '' },
    severity: { value: '' },
    fixable: { checked: false },
    exploited: { checked: false },
  };
  let onInput = () => {};
  const form = {
    hidden: true,
    elements,
    querySelector: () => output,
    addEventListener: (event: string, listener: () => void) => {
      if (event === 'input') onInput = listener;
    },
  };
  const document = { getElementById: () => form, querySelectorAll: () => rows };
  runInContext(script, createContext({ document }));
  const shown = (change: () => void) => {
    change();
    onInput();
    return rows.map(({ hidden }) => !hidden);
  };

  assert.equal(form.hidden, false);
  assert.equal(output.textContent, '3 of 3 findings');
  assert.deepEqual(
    shown(() => (elements.text.value = ' zlib ')),
    [false, true, true],
  );
  assert.deepEqual(
    shown(() => (elements.severity.value = 'high')),
    [false, false, true],
  );
  assert.deepEqual(
    shown(() => (elements.fixable.checked = true)),
    [false, false, false],
  );
  assert.equal(output.textContent, '0 of 3 findings');
});
