import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { parse as parseCsv } from 'csv-parse/sync';
import { displayWidth } from '../../lib/display-width.ts';
import type { Exporter } from '../exporter.ts';
import { emptyReport, hostileReport, hostileTexts, largeReport, options, realReport } from '../testing/reports.ts';
import { validateCycloneDx, validateReport, validateSarif, validateSpdx } from '../testing/validators.ts';
import { exporters as listed } from './index.ts';

/** What a valid document of each format is. A new exporter brings its own. */
const validators: Readonly<Record<string, (text: string) => void>> = {
  table: (text) => {
    for (const line of stripVTControlCharacters(text).split('\n'))
      assert.ok(displayWidth(line) <= options.columns, `wider than the terminal: ${line}`);
  },
  json: (text) => validateReport(JSON.parse(text)),
  cyclonedx: (text) => validateCycloneDx(JSON.parse(text)),
  spdx: (text) => validateSpdx(JSON.parse(text)),
  sarif: (text) => validateSarif(JSON.parse(text)),
  csv: (text) => {
    const rows: string[][] = parseCsv(text, { record_delimiter: '\r\n' });
    for (const row of rows) assert.equal(row.length, rows[0]?.length);
    for (const cell of rows.flat()) assert.doesNotMatch(cell, /^[=+\-@\t\r＝＋－＠]/);
  },
  html: (text) => {
    assert.match(text, /^<!doctype html>/);
    assert.deepEqual(unbalancedTags(text), []);
    const tags = text.match(/<[^>]*>/g) ?? [];
    assert.ok(tags.filter((tag) => tag.startsWith('<script')).length <= 1);
    for (const tag of tags)
      assert.doesNotMatch(tag, /^<(?:img|iframe|object|link|base)|\s(?:on\w+|src|style)=|href="(?!#|https?:)/);
  },
  markdown: (text) => {
    assert.ok(text.length <= 65_536, 'GitHub takes it as a comment');
    const outsideCode = text.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    assert.doesNotMatch(outsideCode, /`/, 'a code span is left open');
    const tags = outsideCode.match(/<[^>]*>/g) ?? [];
    for (const tag of tags) assert.match(tag, /^<\/?(?:br|sub|details|summary)>$/);
    assert.doesNotMatch(outsideCode, /(?<!\\)\]\((?!https:\/\/)|@\w|#\d(?!\d*;)|(?<!\()https?:\/\//);
  },
};

const exporters = await Promise.all([...listed.values()].map((load) => load()));
const testdata = join(import.meta.dirname, 'testdata');
const endings: Readonly<Record<string, string>> = { table: 'txt', csv: 'csv', html: 'html', markdown: 'md' };

test('each exporter is listed under its id, which is the name of its file', () => {
  const ids = exporters.map(({ id }) => id);
  assert.deepEqual(ids, [...listed.keys()]);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.ok(existsSync(join(import.meta.dirname, `${id}.ts`)), `${id}.ts`);
  assert.deepEqual(Object.keys(validators).sort(), [...ids].sort());
});

for (const exporter of exporters) describe(exporter.id, () => contract(exporter));

function contract({ id, title, mediaType, write }: Exporter): void {
  const validate = validators[id] ?? assert.fail(`no validator for ${id}`);

  test('says what it is', () => {
    assert.ok(title.length > 5);
    assert.match(mediaType, /^[a-z]+\/[a-z0-9.+-]+(; ?[a-z]+=\S+)?$/);
  });

  test('writes a real report as it always did', () => {
    const path = join(testdata, `${id}.${endings[id] ?? 'json'}`);
    const text = write(realReport(), options);
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, text);
    assert.equal(text, readFileSync(path, 'utf8'));
    validate(text);
  });

  for (const [what, report] of [
    ['nothing', emptyReport],
    ['one finding', largeReport(1)],
    ['5,000 findings', largeReport(5000)],
  ] as const) {
    test(`writes a valid document for ${what}`, () => validate(write(report, options)));
  }

  test('writes the same bytes for the same report', () => {
    assert.equal(write(realReport(), options), write(realReport(), options));
  });

  test('ends its last line', () => assert.match(write(realReport(), options), /\n$/));

  for (const text of hostileTexts) {
    test(`stays valid and harmless with ${JSON.stringify(text.slice(0, 40))} in every text`, () => {
      const written = write(hostileReport(text), options);
      validate(written);
      assert.doesNotMatch(written.replaceAll('\r\n', '\n'), unsafe);
    });
  }

  test('colours nothing but its own words', () => {
    for (const text of hostileTexts) {
      const written = write(hostileReport(text), { ...options, colour: true });
      const plain = written.replaceAll('\r\n', '\n').replace(ownColours, '');
      assert.doesNotMatch(plain, unsafe);
      assert.equal(plain, write(hostileReport(text), options).replaceAll('\r\n', '\n'));
    }
  });
}

/** Controls but the line feed; marks that reorder or hide text; lone surrogates. */
const unsafe = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const ownColours = /\u001b\[\d{1,2}m/g;

test('golden files belong to exporters', () => {
  const names = readdirSync(testdata).filter((name) => name !== 'ORIGIN.md');
  const known = new Set(exporters.map(({ id }) => `${id}.${endings[id] ?? 'json'}`));
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
  );
});

/** Tags opened and not closed, or the other way round: a sign that a text broke out. */
function unbalancedTags(text: string): string[] {
  const body = text.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = '', self] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (['meta', 'input', 'br'].includes(name) || self) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
