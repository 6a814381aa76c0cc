import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameBasedUuid } from './name-based-uuid.ts';

test('gives the UUIDs of RFC 9562, appendix A.4, and of other programs', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  assert.equal(nameBasedUuid(dns, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
  assert.equal(nameBasedUuid(dns, 'python.org'), '886313e1-3b8a-5372-9b90-0c9aee199e5d');
});
