import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText } from './decode-text.ts';

test('UTF-8 and both kinds of UTF-16 with a byte order mark give the same text', () => {
  const text = '{"ä": "😃"}';
  const little = Buffer.from(`\ufeff${text}`, 'utf16le');

  assert.equal(decodeText(Buffer.from(text)), text);
  assert.equal(decodeText(Buffer.from(`\ufeff${text}`)), text);
  assert.equal(decodeText(little), text);
  assert.equal(decodeText(Buffer.from(little).swap16()), text);
});

test('half a character at the end and bytes that are no text do no harm', () => {
  assert.equal(decodeText(Buffer.from([0xfe, 0xff, 0x00])), '');
  assert.equal(decodeText(Buffer.from([0xfe])), '\ufffd');
  assert.equal(decodeText(Buffer.alloc(0)), '');
});
