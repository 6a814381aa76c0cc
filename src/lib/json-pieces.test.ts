import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonPieces } from './json-pieces.ts';
import { visibleJson } from './visible-text.ts';

test('the pieces together are the text of the whole, whichever fields are iterators', () => {
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())));
  fc.assert(
    fc.property(object, (object) => {
      const lazy = Object.entries(object).map(([name, value]) => [name, Array.isArray(value) ? value.values() : value]);
      assert.equal([...jsonPieces(Object.fromEntries(lazy))].join(''), visibleJson(object, 2));
    }),
  );
});

test('lists of every length around that of a piece are whole', () => {
  for (const length of [0, 1, 255, 256, 257, 511, 512, 513, 2000]) {
    const object = {
      before: 1,
      items: Array.from({ length }, (_item, at) => ({ at, text: 'ü\u{202e}\n' })),
      after: {},
    };
    assert.equal([...jsonPieces({ ...object, items: object.items.values() })].join(''), visibleJson(object, 2));
  }
});

test('absent fields are left out, and nothing but absent fields is an empty object', () => {
  assert.equal([...jsonPieces({ a: undefined, b: 1, c: undefined })].join(''), '{\n  "b": 1\n}');
  assert.equal([...jsonPieces({ a: undefined })].join(''), '{}');
});

test('entries of an iterator are asked for only when their piece is due', () => {
  let asked = 0;
  const items = Iterator.from({
    next: () => {
      asked += 1;
      return { done: asked > 1000, value: asked };
    },
  });
  jsonPieces({ items }).next();
  assert.equal(asked, 256);
});
