import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOrInsert } from './get-or-insert.ts';

test('a value is made once, even when it is undefined', () => {
  const map = new Map<string, number | undefined>();
  let made = 0;
  const make = (value: number | undefined) => () => {
    made += 1;
    return value;
  };

  assert.equal(getOrInsert(map, 'one', make(1)), 1);
  assert.equal(getOrInsert(map, 'one', make(2)), 1);
  assert.equal(getOrInsert(map, 'none', make(undefined)), undefined);
  assert.equal(getOrInsert(map, 'none', make(3)), undefined);
  assert.equal(made, 2);
});

test('a map with a limit never holds more', () => {
  const map = new Map<number, number>();

  for (let key = 0; key < 100; key += 1) {
    assert.equal(
      getOrInsert(map, key, () => key * 2, 10),
      key * 2,
    );
    assert.ok(map.size <= 10);
  }
});
