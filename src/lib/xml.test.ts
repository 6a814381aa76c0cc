import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './errors.ts';
import { parseXml } from './xml.ts';

test('elements, attributes, entities and sections of text are read, prefixes dropped', () => {
  const text = '<?xml version="1.0"?><x:a b="1 &amp; 2"><c>1.0</c><c><![CDATA[<2>]]></c><!-- no --><d/></x:a>';
  assert.deepEqual(parseXml(text), { a: { '@b': '1 & 2', c: ['1.0', '<2>'], d: '' } });
});

test('entities that expand without end are not expanded', () => {
  const entities = Array.from({ length: 30 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('');
  const text = `<!DOCTYPE a [<!ENTITY e0 "ha">${entities}]><a>&e30;</a>`;
  try {
    assert.ok(JSON.stringify(parseXml(text)).length < 100_000);
  } catch (error) {
    assert.ok(error instanceof AppError);
  }
});

test('external entities are not fetched', () => {
  const text = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>';
  try {
    assert.deepEqual(parseXml(text), { a: '&x;' });
  } catch (error) {
    assert.ok(error instanceof AppError);
  }
});

const hostile: Readonly<Record<string, string>> = {
  'deep elements': '<a>'.repeat(100_000),
  'an open comment': `<a>${'<!--'.repeat(100_000)}`,
  'an open section': `<a>${'<![CDATA['.repeat(100_000)}`,
  'brackets only': '<'.repeat(100_000),
  'a reserved name': '<__proto__><a>1</a></__proto__>',
  'too much': ' '.repeat(33 << 20),
};

for (const [name, text] of Object.entries(hostile)) {
  test(`${name}: refused with a code`, { timeout: 10_000 }, () => {
    assert.throws(() => parseXml(text), AppError);
  });
}
