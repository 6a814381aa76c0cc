import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

const cases: readonly [pattern: string, name: string, matches: boolean][] = [
  ['team/app', 'team/app', true],
  ['team/app', 'team/apps', false],
  ['team/*', 'team/app', true],
  ['team/*', 'team/', true],
  ['team/*', 'team/a/b', false],
  ['team/**', 'team/a/b', true],
  ['**/app', 'a/b/app', true],
  ['**', '', true],
  ['*', 'a/b', false],
  ['*-rc*', '1.2-rc1', true],
  ['*-rc*', '1.2', false],
  ['v?.?', 'v1.2', true],
  ['v?', 'v/', false],
  ['v?', 'v', false],
  ['a.c', 'abc', false],
  ['[a-z]', 'b', false],
  ['***', 'a/b', true],
  ['', '', true],
  ['', 'a', false],
];

for (const [pattern, name, matches] of cases) {
  test(`"${pattern}" ${matches ? 'matches' : 'does not match'} "${name}"`, () =>
    assert.equal(matchesGlob(pattern, name), matches));
}

test('agrees with the obvious definition', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  fc.assert(fc.property(text, name, (pattern, value) => matchesGlob(pattern, value) === obvious(pattern, value)));
});

test('a pattern of many stars takes no longer for a name that nearly matches', () => {
  const start = performance.now();
  assert.equal(matchesGlob('*a'.repeat(140), `${'a'.repeat(299)}b`), false);
  assert.ok(performance.now() - start < 200);
});

function obvious(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const stars = /^\*+/.exec(pattern)?.[0];
  if (stars !== undefined) {
    const rest = pattern.slice(stars.length);
    for (let taken = 0; taken <= name.length; taken++) {
      if (stars.length === 1 && name.slice(0, taken).includes('/')) return false;
      if (obvious(rest, name.slice(taken))) return true;
    }
    return false;
  }
  const fits = pattern[0] === '?' ? name !== '' && name[0] !== '/' : name[0] === pattern[0];
  return fits && obvious(pattern.slice(1), name.slice(1));
}
