import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { findingOf, options, packageOf, reportOf } from '../testing/reports.ts';
import { csv } from './csv.ts';

const found = packageOf('core', { namespace: '@babel', locations: [{ path: 'a, b/package.json' }, { path: 'c' }] });

function rowOf(more: Parameters<typeof findingOf>[2] = {}): Record<string, string> {
  const text = csv.write(reportOf([found], [findingOf(found, 'CVE-2026-0001', more)]), options);
  const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' });
  return rows[0] ?? {};
}

test('a finding is one line with its facts', () => {
  const row = rowOf({
    fixed: ['1.0.1', '2.0.0'],
    title: 'Says "hello", twice',
    epss: { score: 0.5, percentile: 0.9, date: '2026-08-16' },
    kev: { added: '2026-01-01', ransomware: false },
  });
  assert.equal(row.id, 'CVE-2026-0001');
  assert.equal(row.fixed, '1.0.1 2.0.0');
  assert.equal(row.title, 'Says "hello", twice');
  assert.deepEqual([row.kev, row.ransomware, row.epss], ['true', 'false', '0.5']);
  assert.equal(row.paths, 'a, b/package.json c');
});

test('a cell that a spreadsheet would run is marked as text; the package URL stays as it is', () => {
  assert.equal(rowOf().package, "'@babel/core");
  assert.equal(rowOf({ title: '=1+1' }).title, "'=1+1");
  assert.equal(rowOf().purl, 'pkg:npm/core@1.0.0');
});

test('lines end as RFC 4180 wants it, and a report without findings is its header', () => {
  const text = csv.write(reportOf([], []), options);
  assert.match(text, /^id,severity,package,[a-z_,]+\r\n$/);
});
