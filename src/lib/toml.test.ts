import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './errors.ts';
import { parseToml } from './toml.ts';

test('tables, lists of tables and texts are read', () => {
  const document = parseToml('version = 3\n[[package]]\nname = "a"\ndependencies = ["b 1.0"]\n');

  assert.deepEqual(JSON.parse(JSON.stringify(document)), {
    version: 3,
    package: [{ name: 'a', dependencies: ['b 1.0'] }],
  });
});

const hostile: Readonly<Record<string, string>> = {
  'deep lists': `a = ${'['.repeat(100_000)}`,
  'deep inline tables': `a = ${'{a='.repeat(100_000)}`,
  'an open text': `a = """${'"\\\n'.repeat(100_000)}`,
  'a name twice': 'a = 1\na = 2\n',
  binary: '\u0000\u0001',
  'too much': ' '.repeat(33 << 20),
};

for (const [name, text] of Object.entries(hostile)) {
  test(`${name}: refused with a code`, { timeout: 10_000 }, () => {
    assert.throws(() => parseToml(text), AppError);
  });
}

test('deep dotted keys are read without recursion', { timeout: 10_000 }, () => {
  assert.ok(parseToml(`a${'.a'.repeat(100_000)} = 1`).a);
});

test('the message is one line and does not repeat the document', () => {
  assert.throws(
    () => parseToml('a = \nsecret'),
    (error: Error) => !error.message.includes('\n'),
  );
});
