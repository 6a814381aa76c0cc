import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpe23 } from './cpe.ts';
import { flawUrl, percentOf, webUrl } from './flaw-facts.ts';

test('a flaw has the page of who issued its id, and an id of no known form has none', () => {
  assert.equal(flawUrl('CVE-2021-44228'), 'https://nvd.nist.gov/vuln/detail/CVE-2021-44228');
  assert.equal(flawUrl('GHSA-jfh8-c2jp-5v3q'), 'https://github.com/advisories/GHSA-jfh8-c2jp-5v3q');
  assert.equal(flawUrl('GO-2023-1571'), 'https://pkg.go.dev/vuln/GO-2023-1571');
  assert.equal(flawUrl('RUSTSEC-2021-0055'), 'https://rustsec.org/advisories/RUSTSEC-2021-0055.html');
  for (const id of ['CVE-2021-44228"><script>', 'CVE-1', 'javascript:alert(1)', ''])
    assert.equal(flawUrl(id), undefined);
});

test('only web addresses are followed', () => {
  assert.equal(webUrl('https://example.org/a b|c'), 'https://example.org/a%20b%7Cc');
  assert.equal(webUrl('https://example.org/%zz'), 'https://example.org/%25zz');
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user@example.org/',
    '//example.org',
    'https://[::1]/',
    '',
  ])
    assert.equal(webUrl(text), undefined, text);
});

test('shares are told with as many digits as help', () => {
  assert.deepEqual([1, 0.944, 0.0995, 0.027, 0.00051, 0.0002].map(percentOf), [
    ...['100%', '94%', '10%', '2.7%', '<0.1%', '<0.1%'],
  ]);
});

test('CPE names quote what is not a letter, a digit, a dot or a hyphen', () => {
  assert.equal(cpe23('openssl:openssl', '1.1.1k'), 'cpe:2.3:a:openssl:openssl:1.1.1k:*:*:*:*:*:*:*');
  assert.equal(cpe23('Node.js:c++', ''), 'cpe:2.3:a:node.js:c\\+\\+:*:*:*:*:*:*:*:*');
  assert.equal(cpe23('a:b', '1:2~3'), 'cpe:2.3:a:a:b:1\\:2\\~3:*:*:*:*:*:*:*');
  for (const product of ['openssl', 'a:b:c', ':', 'ä:b', 'a b:c'])
    assert.equal(cpe23(product, '1'), undefined, product);
});
