import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenges } from './challenge.ts';

function read(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test('a bearer challenge states where and for what a token is given', () => {
  const header =
    'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"';

  assert.deepEqual(read(header), [
    [
      'bearer',
      { realm: 'https://auth.example.com/token', service: 'registry.example.com', scope: 'repository:a/b:pull,push' },
    ],
  ]);
});

test('several challenges, bare values, blanks and escapes are told apart', () => {
  assert.deepEqual(read('BASIC realm="a \\"b\\", c" , Bearer Realm = https://x/t , service=y'), [
    ['basic', { realm: 'a "b", c' }],
    ['bearer', { realm: 'https://x/t', service: 'y' }],
  ]);
  assert.deepEqual(read('Negotiate, Basic realm="x"'), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
  ]);
});

test('a header that is none gives no challenge, at once', () => {
  for (const header of ['', ',,, ,', '"""', '=x', `"${'\\'.repeat(20_000)}`, ' ,'.repeat(20_000)]) {
    assert.deepEqual(read(header), [], header.slice(0, 20));
  }
});
