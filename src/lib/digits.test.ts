import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareDigits, compareDotted, compareDottedPrefix, compareNatural, dottedEnd, naturalAt } from './digits.ts';

const digits = fc.string({ unit: fc.constantFrom('0', '1', '9'), maxLength: 30 });

test('runs of digits compare as whole numbers of any size', () => {
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      const expected = BigInt(a) < BigInt(b) ? -1 : Number(BigInt(a) > BigInt(b));
      assert.equal(Math.sign(compareDigits(a, 0, a.length, b, 0, b.length)), expected);
      const texts = [naturalAt(a, 0, a.length), naturalAt(b, 0, b.length)] as const;
      assert.equal(Math.sign(compareNatural(...texts)), expected);
    }),
  );
});

test('dotted numbers end before a dot that no digit follows', () => {
  const ends = { '1.2.30': 6, '1.2-rc': 3, '1.': 1, '1..2': 1, '.1': 0, x: 0, '': 0 };
  for (const [text, end] of Object.entries(ends)) assert.equal(dottedEnd(text, 0), end, text);
});

test('dotted numbers compare with zeros for missing ones', () => {
  for (const [a, b, expected] of [
    ['1.2', '1.2.0.0', 0],
    ['1.2', '1.2.0.1', -1],
    ['1.10', '1.9.9', 1],
    ['', '0', 0],
    ['01.02', '1.2', 0],
  ] as const) {
    assert.equal(Math.sign(compareDotted(a, 0, a.length, b, 0, b.length)), expected, `${a} ${b}`);
  }
});

test('the prefix decides only where both sides still are plain numbers', () => {
  for (const [a, b, expected] of [
    ['1.2.3', '1.2.4', -1],
    ['1.3.0', '1.2.1-rc1', 1],
    ['2.0.x', '1.9', 1],
    ['1.0', '1.0.0', 0],
    ['1.2-rc1', '1.2', Number.NaN],
    ['1.3', '1.2-rc1', Number.NaN],
    ['1.2', '1.2a', Number.NaN],
    ['1!2', '3', Number.NaN],
    ['1.', '1', Number.NaN],
    ['v1', '2', Number.NaN],
    ['', '1', Number.NaN],
  ] as const) {
    assert.equal(Math.sign(compareDottedPrefix(a, b)), expected, `${a} ${b}`);
  }
});
