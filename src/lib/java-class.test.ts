import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJavaClass } from './java-class.ts';

const name = Buffer.from('org/example/Main');
/** Pool: 1 text, 2 class of it, 3 and 4 a long, 5 text; then access flags and the class itself. */
const compiled = Buffer.concat([
  Buffer.from('cafebabe00000034', 'hex'),
  Buffer.from([0, 6, 1, 0, name.length]),
  name,
  Buffer.from([7, 0, 1]),
  Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 1]),
  Buffer.from([1, 0, 2, 0x68, 0x69]),
  Buffer.from([0, 0x21, 0, 2]),
]);

test('the name of a class and its texts are read', () => {
  assert.deepEqual(readJavaClass(compiled), { name: 'org/example/Main', texts: ['org/example/Main', 'hi'] });
});

test('what is cut short anywhere is no class', () => {
  for (let length = 0; length < compiled.length; length += 1) {
    assert.equal(readJavaClass(compiled.subarray(0, length)), undefined);
  }
});

test('other content, unknown constants and a missing name are no class', () => {
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(compiled);
    copy[at] = value;
    return readJavaClass(copy);
  };

  assert.equal(changed(0, 0), undefined);
  assert.equal(changed(10, 2), undefined);
  assert.equal(changed(compiled.length - 1, 3), undefined);
});
