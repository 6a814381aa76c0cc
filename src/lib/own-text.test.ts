import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownText } from './own-text.ts';

test('a copy is the same text, whatever is in it', () => {
  const own = ownText();
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 0, maxLength: 60 }), fc.nat(40), (text, from) => {
      assert.equal(own(text.slice(from)), text.slice(from));
      assert.equal(own(`${text}\ud800 and more`), `${text}\ud800 and more`);
    }),
  );
});

test('small parts that are kept do not keep the texts that they were cut from', () => {
  const own = ownText();
  const kept: string[] = [];
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 100; at += 1) {
    const page = Buffer.alloc(2 ** 20, `${at} is a number of some length`).toString();
    kept.push(own(page.slice(100, 130)));
  }
  // Uncollected pages may be among it, but not all of them, which together take 105 MB.
  assert.ok(process.memoryUsage().heapUsed - before < 80e6);
  assert.equal(kept.length, 100);
});
