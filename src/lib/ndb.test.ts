import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNdb } from './ndb.ts';

/** A database of one page of slots and these blobs, each in as many blocks as it needs. */
function database(blobs: readonly string[]): Buffer {
  const slots = Buffer.alloc(4096);
  for (let offset = 0; offset < 4096; offset += 16) slots.write('Slot', offset);
  slots.write('RpmP', 0);
  slots.writeUInt32LE(0, 4);
  slots.writeUInt32LE(1, 12);
  slots.fill(0, 16, 32);
  const parts = [slots];
  let block = 256;
  blobs.forEach((text, index) => {
    const blocks = Math.ceil((16 + text.length + 12) / 16);
    const part = Buffer.alloc(blocks * 16);
    part.write('BlbS');
    part.writeUInt32LE(index + 1, 4);
    part.writeUInt32LE(text.length, 12);
    part.write(text, 16);
    part.writeUInt32LE(text.length, part.length - 8);
    part.write('BlbE', part.length - 4);
    parts.push(part);
    const slot = 32 + index * 16;
    slots.writeUInt32LE(index + 1, slot + 4);
    slots.writeUInt32LE(block, slot + 8);
    slots.writeUInt32LE(blocks, slot + 12);
    block += blocks;
  });
  return Buffer.concat(parts);
}

function read(content: Buffer, maxBlobBytes = 1000) {
  const damages: string[] = [];
  const source = {
    size: content.length,
    read: (offset: number, length: number) => content.subarray(offset, offset + length),
  };
  const blobs = [...readNdb(source, maxBlobBytes, (message) => damages.push(message))];
  return { blobs: blobs.map(String), damages };
}

test('blobs are read in the order of their slots; free slots are passed over', () => {
  const content = database(['one', 'a second one', '']);
  content.fill(0, 48 + 4, 64);

  assert.deepEqual(read(content), { blobs: ['one', ''], damages: [] });
});

test('a blob that two slots claim is read once', () => {
  const content = database(['one', 'two']);
  content.copy(content, 48, 32, 48);

  assert.deepEqual(read(content), { blobs: ['one'], damages: ['entry 1: it stands in two slots'] });
});

test('overlapping blobs are not read beyond the size of the file', () => {
  const content = database(Array.from({ length: 50 }, () => 'x'.repeat(400)));
  const length = 10_000;
  const end = content.length / 16;
  content.writeUInt32LE(length, content.length - 8);
  // The first half reach to the end of the last, whose tail says the length that their heads repeat; the others are freed.
  for (let slot = 32; slot < 32 + 50 * 16; slot += 16) {
    const block = content.readUInt32LE(slot + 8);
    content.writeUInt32LE(end - block, slot + 12);
    content.writeUInt32LE(length, block * 16 + 12);
    if (slot >= 32 + 25 * 16) content.writeUInt32LE(0, slot + 4);
  }

  const { blobs, damages } = read(content, 1e6);

  assert.equal(blobs.length, Math.floor(content.length / length));
  assert.deepEqual(damages, ['its entries overlap']);
});

for (const [what, at, bytes, expected] of [
  ['a slot without its mark', 32, [0, 0, 0, 0], /no slot at offset 32/],
  ['a blob beyond the end', 44, [0xff, 0xff, 0xff, 0x0f], /entry 1: it lies outside of the file/],
  ['a blob of no blocks', 44, [0, 0, 0, 0], /entry 1: it lies outside of the file/],
  ['a blob without head', 4096, [0], /entry 1: its head or tail is damaged/],
  ['a blob longer than its blocks', 4096 + 12, [0xff, 0xff, 0xff, 0xff], /entry 1: its head or tail is damaged/],
  [
    'a table of slots beyond the end',
    12,
    [0xff, 0xff, 0xff, 0xff],
    /its table of slots should have 17592186040320 bytes/,
  ],
] as const) {
  test(`${what} is said to be damage`, () => {
    const content = database(['one']);
    content.set(bytes, at);

    assert.match(read(content).damages.join('; '), expected);
  });
}

test('a blob over the limit is not read', () => {
  assert.match(read(database(['x'.repeat(2000)])).damages.join(), /over the limit of 1000/);
});

test('another version, and what is no such database, is refused', () => {
  const newer = database([]);
  newer.writeUInt32LE(1, 4);

  assert.throws(() => read(newer), { code: 'FILE_INVALID', message: /version 1/ });
  assert.throws(() => read(Buffer.alloc(100)), { code: 'FILE_INVALID' });
  assert.throws(() => read(Buffer.alloc(0)), { code: 'FILE_INVALID' });
});
