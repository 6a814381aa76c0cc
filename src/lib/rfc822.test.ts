import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeaders } from './rfc822.ts';

const cases: Readonly<Record<string, readonly [text: string, headers: Readonly<Record<string, readonly string[]>>]>> = {
  'names are in lower case and values trimmed': [
    'Name:  requests \nVERSION:2.31.0\n',
    { name: ['requests'], version: ['2.31.0'] },
  ],
  'a field may occur several times': ['A: 1\nB: 2\nA: 3\n', { a: ['1', '3'], b: ['2'] }],
  'lines may be continued': ['License: MIT\n        or later\n\tone\n', { license: ['MIT\nor later\none'] }],
  'the first empty line ends the header': ['Name: x\n\nVersion: not this\n', { name: ['x'] }],
  'empty lines before the header are skipped': ['\n\nName: x', { name: ['x'] }],
  'carriage returns are no part of values': ['Name: x\r\nVersion: 1\r\n\r\nbody', { name: ['x'], version: ['1'] }],
  'lines that are no fields are skipped with what continues them': [
    'nonsense\n more\n: no name\nName: x\n',
    { name: ['x'] },
  ],
  'nothing gives nothing': ['', {}],
};
for (const [name, [text, headers]] of Object.entries(cases)) {
  test(name, () => {
    assert.deepEqual(Object.fromEntries(parseHeaders(text)), headers);
  });
}

test('a header of millions of lines is cut, not suffered', () => {
  const headers = parseHeaders(`Name: x\n${' y\n'.repeat(3_000_000)}Version: 1\n`);

  assert.equal(headers.get('version'), undefined);
  assert.ok(headers.get('name')?.[0]?.startsWith('x\ny\n'));
});
