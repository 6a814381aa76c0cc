import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBerkeleyHash } from './berkeley-db.ts';

const pageBytes = 512;

interface Page {
  readonly type: number;
  readonly next?: number;
  /** Number of entries, or of bytes on an overflow page. */
  readonly count?: number;
  readonly used?: number;
  readonly items?: readonly Buffer[];
}

/** A little-endian hash database of these pages after the metadata. */
function database(pages: readonly Page[]): Buffer {
  const content = Buffer.alloc(pageBytes * (pages.length + 1));
  content.writeUInt32LE(0x061561, 12);
  content.writeUInt32LE(9, 16);
  content.writeUInt32LE(pageBytes, 20);
  content[25] = 8;
  content.writeUInt32LE(pages.length, 32);
  pages.forEach((page, index) => {
    const start = (index + 1) * pageBytes;
    content.writeUInt32LE(page.next ?? 0, start + 16);
    content.writeUInt16LE(page.count ?? page.items?.length ?? 0, start + 20);
    content.writeUInt16LE(page.used ?? 0, start + 22);
    content[start + 25] = page.type;
    let end = pageBytes;
    page.items?.forEach((item, at) => {
      end -= item.length;
      item.copy(content, start + end);
      content.writeUInt16LE(end, start + 26 + 2 * at);
    });
  });
  return content;
}

function inline(text: string): Buffer {
  return Buffer.from(`\x01${text}`);
}

function offPage(page: number, length: number): Buffer {
  const item = Buffer.alloc(12);
  item[0] = 3;
  item.writeUInt32LE(page, 4);
  item.writeUInt32LE(length, 8);
  return item;
}

function read(content: Buffer, maxValueBytes = 10_000) {
  const damages: string[] = [];
  const source = {
    size: content.length,
    read: (offset: number, length: number) => content.subarray(offset, offset + length),
  };
  const values = [...readBerkeleyHash(source, maxValueBytes, (message) => damages.push(message))];
  return { values: values.map(String), damages };
}

const hash = 13;
const overflow = 7;

test('values inside a page and in chains of pages are read, keys are not', () => {
  const content = database([
    { type: hash, items: [inline('k1'), inline('short'), inline('k2'), offPage(2, 500)] },
    { type: overflow, next: 3, used: 486 },
    { type: overflow, used: 14 },
  ]);

  const { values, damages } = read(content);

  assert.deepEqual(damages, []);
  assert.deepEqual(
    values.map((value) => value.length),
    [5, 500],
  );
  assert.equal(values[0], 'short');
});

test('a chain that comes back to itself ends, and the next value is read', () => {
  const items = [inline('k1'), offPage(2, 5000), inline('k2'), inline('still here')];

  const { values, damages } = read(
    database([
      { type: hash, items },
      { type: overflow, next: 2, used: 486 },
    ]),
  );

  assert.deepEqual(values, ['still here']);
  assert.deepEqual(damages, ['entry 1 of page 1: page 2 belongs to another value']);
});

for (const [what, page, expected] of [
  ['more entries than fit a page', { type: hash, count: 60_000 }, 'page 1 says it has 60000 entries'],
  ['entries that are nowhere', { type: hash, count: 2 }, 'entry 1 of page 1 lies outside of it'],
  [
    'a value over the limit',
    { type: hash, items: [inline('k'), offPage(2, 4e9)] },
    'entry 1 of page 1: its value of 4000000000 bytes is over the limit of 10000',
  ],
  [
    'a value on no page',
    { type: hash, items: [inline('k'), offPage(77, 500)] },
    'entry 1 of page 1: its value ends 500 bytes early',
  ],
  [
    'a value on a page of another kind',
    { type: hash, items: [inline('k'), offPage(1, 500)] },
    'entry 1 of page 1: page 1 is no part of a value',
  ],
  [
    'duplicates',
    { type: hash, items: [inline('k'), Buffer.from([2, 0])] },
    'entry 1 of page 1: items of type 2 are not supported',
  ],
] as const) {
  test(`${what} are said to be damage`, () => {
    const { values, damages } = read(database([page]));

    assert.deepEqual(values, []);
    assert.deepEqual(damages, [expected]);
  });
}

test('encrypted databases and page sizes that do not exist are refused', () => {
  const encrypted = database([]);
  encrypted[24] = 1;
  const odd = database([]);
  odd.writeUInt32LE(1000, 20);

  assert.throws(() => read(encrypted), { code: 'FILE_INVALID', message: /encrypted/ });
  assert.throws(() => read(odd), { code: 'FILE_INVALID', message: /1000 bytes/ });
});
