import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { visibleJson, visibleSentence, visibleText } from './visible-text.ts';

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('what a terminal would obey, and what would hide or reorder text, is written out', () => {
  for (const [text, shown] of [
    ['plain ASCII ~!', 'plain ASCII ~!'],
    ['naïve 漢字 שלום', 'naïve 漢字 שלום'],
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['\u009b31m', '\\u{9b}31m'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['lone \ud83d', 'lone \\u{d83d}'],
    ['pair 😀', 'pair 😀'],
    ['line\nfeed', 'line\\u{a}feed'],
  ] as const)
    assert.equal(visibleText(text), shown);
});

test('a sentence has its blanks and line breaks made one', () => {
  assert.equal(visibleSentence('  two\r\n\t words \u001b '), 'two words \\u{1b}');
});

test('no text is shown with a character that cannot be seen', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !unseen.test(visibleText(text))));
});

test('JSON holds the same values, and shows no such character either', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = visibleJson(value, indent);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.doesNotMatch(text.replaceAll('\n', ''), unseen);
    }),
  );
});
