import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './errors.ts';
import { parseYamlDocuments } from './yaml.ts';

test('each document of a stream is read, with keys as texts', () => {
  assert.deepEqual(parseYamlDocuments("a: 1\n'@b/c@1.0.0': {d: e}\n---\n404: x\n"), [
    { a: 1, '@b/c@1.0.0': { d: 'e' } },
    { '404': 'x' },
  ]);
  assert.deepEqual(parseYamlDocuments(''), []);
});

test('scalars are typed, or stay what is written', () => {
  const text = 'version: 1.10\nfixed: ~\nlist: [0o7, yes, 2020-01-01]\n';
  assert.deepEqual(parseYamlDocuments(text), [{ version: 1.1, fixed: null, list: [7, 'yes', '2020-01-01'] }]);
  assert.deepEqual(parseYamlDocuments(text, 'text'), [
    { version: '1.10', fixed: '~', list: ['0o7', 'yes', '2020-01-01'] },
  ]);
});

test('an alias repeats its anchor, a cyclic one leads back to itself', () => {
  assert.deepEqual(parseYamlDocuments('a: &x [1]\nb: *x\n'), [{ a: [1], b: [1] }]);

  const [cyclic] = parseYamlDocuments('a: &x {b: *x}') as [{ a: { b: unknown } }];
  assert.equal(cyclic.a.b, cyclic.a);
});

const laughs = ['a0: &a0 [x, x]', ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];

const hostile: Readonly<Record<string, string>> = {
  'a billion laughs': laughs.join('\n'),
  'many aliases': Array.from({ length: 20_000 }, (_, i) => `- &a${i} x\n- *a${i}\n`).join(''),
  'deep lists': '[\n'.repeat(50_000),
  'deep block lists': '- '.repeat(50_000),
  'deep keys': '? '.repeat(50_000),
  'keys that are collections': '? !a '.repeat(400),
  'deep mappings': Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
  'an open quote': `a: "${'x '.repeat(100_000)}`,
  'too much': ' '.repeat(9 << 20),
};

for (const [name, text] of Object.entries(hostile)) {
  test(`${name}: refused or read within two seconds`, { timeout: 20_000 }, () => {
    const start = performance.now();
    try {
      parseYamlDocuments(text);
    } catch (error) {
      assert.ok(error instanceof AppError, String(error));
    }
    assert.ok(performance.now() - start < 2000);
  });
}

test('sixty thousand keys are no quadratic matter', { timeout: 20_000 }, () => {
  const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: x\n`).join('');
  assert.equal(Object.keys(parseYamlDocuments(text)[0] as object).length, 60_000);
});
