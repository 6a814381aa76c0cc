import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSingleLicense, joinedExpression, spdxExpression } from './license-expression.ts';

test('expressions are recognised, and spelled as the list has them', () => {
  for (const [text, expression] of [
    ['MIT', 'MIT'],
    ['apache-2.0', 'Apache-2.0'],
    ['GPL-2.0-only', 'GPL-2.0-only'],
    ['LGPL-2.1+', 'LGPL-2.1+'],
    ['Apache-2.0+', 'Apache-2.0+'],
    ['MIT and BSD-3-Clause', 'MIT AND BSD-3-Clause'],
    ['( MIT OR (Apache-2.0 WITH LLVM-exception) )', '(MIT OR (Apache-2.0 WITH LLVM-exception))'],
  ] as const)
    assert.equal(spdxExpression(text), expression);
});

test('other words are no expression', () => {
  for (const text of [
    '',
    'BSD',
    'ASL 2.0',
    'MPL-2.0 GPL-2.0-or-later',
    'MIT OR',
    'OR MIT',
    '(MIT',
    'MIT)',
    '()',
    'MIT WITH MIT',
    'MIT AND AND MIT',
    `${'('.repeat(3000)}MIT`,
  ])
    assert.equal(spdxExpression(text), undefined, text);
});

test('several hold together', () => {
  assert.equal(joinedExpression(['MIT']), 'MIT');
  assert.equal(joinedExpression(['MIT', 'MIT']), 'MIT');
  assert.equal(joinedExpression(['MIT OR ISC', 'Zlib']), '(MIT OR ISC) AND Zlib');
  assert.deepEqual(['MIT', 'MIT OR ISC', 'LGPL-2.1+', 'Apache-2.0+'].map(isSingleLicense), [true, false, false, false]);
});
