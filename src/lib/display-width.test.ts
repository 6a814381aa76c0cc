import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { displayWidth, fitMiddle, padEnd, padStart, wrapWords } from './display-width.ts';

test('wide characters take two columns, combining marks none', () => {
  for (const [text, columns] of [
    ['', 0],
    ['abc', 3],
    ['→…', 2],
    ['漢字', 4],
    ['한글', 4],
    ['e\u0301', 1],
    ['שָׁלוֹם', 4],
    ['😀', 2],
    ['ｆ', 2],
  ] as const)
    assert.equal(displayWidth(text), columns, text);
});

test('a text that is too long keeps both its ends', () => {
  assert.equal(fitMiddle('usr/lib/python3/dist-packages', 13), 'usr/li…ckages');
  assert.equal(fitMiddle('short', 13), 'short');
  assert.equal(fitMiddle('漢字漢字漢字', 7), '漢…漢字');
  assert.equal(fitMiddle('text', 0), '');
});

test('padding counts columns, not characters', () => {
  assert.equal(padEnd('漢', 4), '漢  ');
  assert.equal(padStart('漢', 4), '  漢');
  assert.equal(padEnd('longer', 4), 'longer');
});

test('words are kept whole while they fit', () => {
  assert.deepEqual(wrapWords(['one', 'two', 'three'], 8), ['one two', 'three']);
  assert.deepEqual(wrapWords([], 8), []);
});

test('nothing comes out wider than asked for', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 1, max: 40 }),
      (each, columns) => displayWidth(fitMiddle(each, columns)) <= columns,
    ),
  );
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 2, max: 40 }), (words, columns) =>
      wrapWords(words, columns).every((line) => displayWidth(line) <= columns),
    ),
  );
});
