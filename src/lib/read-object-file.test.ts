import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOf, assembleElf, firstOffset } from '../../test/support/assemble-elf.ts';
import { locateAddress, maxRanges } from './object-file.ts';
import type { RandomAccess } from './random-access.ts';
import { readObjectFile } from './read-object-file.ts';

function fileOf(content: Buffer): RandomAccess {
  return {
    size: content.length,
    read: (offset, length) =>
      content.subarray(Math.min(offset, content.length), Math.min(offset + length, content.length)),
  };
}

function read(content: Buffer) {
  return readObjectFile(fileOf(content));
}

const parts = [
  { name: '.rodata', content: Buffer.from('a text that stays') },
  { name: '.data', content: Buffer.from('a text that changes'), writable: true },
];

for (const word of [4, 8] as const) {
  for (const littleEndian of [true, false]) {
    test(`reads an ELF file of ${word * 8} bits, ${littleEndian ? 'little' : 'big'}-endian`, () => {
      const object = read(assembleElf(parts, { word, littleEndian }));

      assert.deepEqual([object?.format, object?.pointerBytes, object?.littleEndian], ['elf', word, littleEndian]);
      assert.deepEqual(
        object?.sections.map(({ name, offset, sizeBytes, address, writable }) => [
          name,
          offset,
          sizeBytes,
          address,
          writable,
        ]),
        [
          ['.rodata', firstOffset, 17, addressOf(firstOffset), false],
          ['.data', firstOffset + 32, 19, addressOf(firstOffset + 32), true],
          ['.shstrtab', firstOffset + 64, 25, addressOf(firstOffset + 64), false],
        ],
      );
      assert.deepEqual(
        object?.segments.map(({ writable }) => writable),
        [false, true],
      );
      assert.equal(object?.truncated, false);
    });
  }
}

test('finds a loaded address in the file, with the bytes left in its segment', () => {
  const object = read(assembleElf(parts));

  assert.deepEqual(object && locateAddress(object, addressOf(firstOffset + 2)), {
    offset: firstOffset + 2,
    available: 15,
  });
  assert.equal(object && locateAddress(object, 7), undefined);
});

test('sections that were stripped leave the segments', () => {
  const object = read(assembleElf(parts, { stripped: true }));

  assert.deepEqual([object?.sections.length, object?.segments.length, object?.truncated], [0, 2, false]);
});

test('a section that reaches beyond the file ends with it, and the file counts as truncated', () => {
  const content = assembleElf(parts);
  const headerOfRodata = content.length - 3 * 64;
  content.writeBigUInt64LE(1n << 62n, headerOfRodata + 32);

  const object = read(content);

  assert.equal(object?.sections[0]?.sizeBytes, content.length - firstOffset);
  assert.equal(object?.truncated, true);
});

test('names the sections that the file has in part or not at all', () => {
  const content = assembleElf(parts);
  const headerOfData = content.length - 2 * 64;
  content.writeBigUInt64LE(BigInt(content.length), headerOfData + 24);

  const object = read(content);

  assert.deepEqual([object?.cutOff, object?.truncated], [['.data'], true]);
  assert.deepEqual(
    object?.sections.map(({ name }) => name),
    ['.rodata', '.shstrtab'],
  );
});

test('sections whose names the file ends before are none', () => {
  const content = assembleElf(parts);
  content.writeBigUInt64LE(BigInt(content.length), content.length - 64 + 24);

  const object = read(content);

  assert.deepEqual([object?.sections.length, object?.segments.length, object?.truncated], [0, 2, true]);
});

test('more sections than are looked at are no sign that a file was cut off', () => {
  const table = Buffer.alloc((maxRanges + 100) * 64);
  const content = Buffer.concat([assembleElf(parts), table]);
  content.writeBigUInt64LE(BigInt(content.length - table.length), 40);
  content.writeUInt16LE(maxRanges + 100, 60);
  content.writeUInt16LE(maxRanges + 99, 62);

  assert.equal(read(content)?.truncated, false);
});

test('a section table beyond the file is none, and the file counts as truncated', () => {
  const object = read(assembleElf(parts).subarray(0, firstOffset));

  assert.deepEqual([object?.sections.length, object?.truncated], [0, true]);
});

test('a number of sections that no linker writes is not followed', () => {
  const content = Buffer.concat([assembleElf(parts), Buffer.alloc((maxRanges + 100) * 64, 1)]);
  const tableOffset = Number(content.readBigUInt64LE(40));
  content.writeUInt16LE(0, 60);
  content.writeBigUInt64LE(0xffff_ffffn, tableOffset + 32);

  const object = read(content);

  assert.ok((object?.sections.length ?? Number.POSITIVE_INFINITY) <= maxRanges);
  assert.equal(object?.truncated, true);
});

/** A Windows program of one section. */
function assemblePe(sizeBytes: number): Buffer {
  const content = Buffer.alloc(0x400);
  content.write('MZ', 0, 'latin1');
  content.writeUInt32LE(0x80, 60);
  content.write('PE\0\0', 0x80, 'latin1');
  content.writeUInt16LE(1, 0x86);
  content.writeUInt16LE(240, 0x94);
  content.writeUInt16LE(0x20b, 0x98);
  content.writeBigUInt64LE(0x1_4000_0000n, 0x98 + 24);
  const section = 0x98 + 240;
  content.write('.rdata', section, 'latin1');
  for (const [index, value] of [sizeBytes, 0x1000, 0x200, 0x200].entries())
    content.writeUInt32LE(value, section + 8 + index * 4);
  content.writeUInt32LE(0x4000_0040, section + 36);
  return content;
}

test('reads the sections of a Windows program where they are loaded', () => {
  const object = read(assemblePe(0x123));

  assert.deepEqual([object?.format, object?.pointerBytes], ['pe', 8]);
  assert.deepEqual(object?.sections, [
    { name: '.rdata', offset: 0x200, sizeBytes: 0x123, address: 0x1_4000_1000, writable: false, executable: false },
  ]);
  assert.equal(object && locateAddress(object, 0x1_4000_1010)?.offset, 0x210);
});

/** A macOS program of one segment with one section. */
function assembleMachO(): Buffer {
  const content = Buffer.alloc(0x300);
  content.writeUInt32LE(0xfeedfacf, 0);
  for (const [index, value] of [1, 152, 0].entries()) content.writeUInt32LE(value, 16 + index * 4);
  content.writeUInt32LE(0x19, 32);
  content.writeUInt32LE(152, 36);
  content.write('__DATA', 40, 'latin1');
  for (const [index, value] of [0x4000n, 0x100n, 0x200n, 0x100n].entries())
    content.writeBigUInt64LE(value, 56 + index * 8);
  content.writeUInt32LE(3, 92);
  content.writeUInt32LE(1, 96);
  content.write('__const', 104, 'latin1');
  content.write('__DATA', 120, 'latin1');
  content.writeBigUInt64LE(0x4010n, 136);
  content.writeBigUInt64LE(0x20n, 144);
  content.writeUInt32LE(0x210, 152);
  return content;
}

test('reads the segments and sections of a macOS program', () => {
  const object = read(assembleMachO());

  assert.deepEqual(
    [object?.format, object?.segments[0]?.name, object?.segments[0]?.address],
    ['mach-o', '__DATA', 0x4000],
  );
  assert.deepEqual(object?.sections, [
    { name: '__DATA,__const', offset: 0x210, sizeBytes: 0x20, address: 0x4010, writable: true, executable: false },
  ]);
});

test('reads the first program of a universal one, whose offsets count from its own beginning', () => {
  const universal = Buffer.alloc(0x1000);
  for (const [index, value] of [0xcafebabe, 1, 0x01000007, 3, 0x1000, 0x300, 12].entries())
    universal.writeUInt32BE(value, index * 4);

  const object = read(Buffer.concat([universal, assembleMachO()]));

  assert.equal(object?.sections[0]?.offset, 0x1210);
});

test('a file that ends within its list of sections has none, and counts as truncated', () => {
  for (const content of [assemblePe(9).subarray(0, 0x98 + 240 + 39), assembleMachO().subarray(0, 180)]) {
    const object = read(content);
    assert.deepEqual([object?.sections.length, object?.truncated], [0, true]);
  }
});

test('a universal program that ends before its first program counts as truncated', () => {
  const universal = Buffer.alloc(0x1000);
  for (const [index, value] of [0xcafebabe, 1, 0x01000007, 3, 0x1000, 0x300, 12].entries())
    universal.writeUInt32BE(value, index * 4);

  assert.equal(read(universal)?.truncated, true);
  assert.equal(read(Buffer.concat([universal, Buffer.from('!<arch>\n')])), undefined);
});

test('the memory of a program that died is no program', () => {
  const elf = assembleElf(parts);
  elf.writeUInt16LE(4, 16);
  const machO = assembleMachO();
  machO.writeUInt32LE(4, 12);

  for (const content of [elf, machO]) assert.equal(read(content), undefined);
});

test('a Java class is no macOS program, and other files are none at all', () => {
  const javaClass = Buffer.from('cafebabe00000041001d0a000200030700040c000500060100106a6176612f6c', 'hex');

  for (const content of [javaClass, Buffer.alloc(0), Buffer.from('\x7fELF'), Buffer.from('MZ'), Buffer.alloc(4096)])
    assert.equal(read(content), undefined);
});

test('whatever the headers say, ranges stay inside the file', () => {
  const seeds = [
    assembleElf(parts),
    assembleElf(parts, { word: 4, littleEndian: false }),
    assemblePe(9),
    assembleMachO(),
  ];
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 40 });

  fc.assert(
    fc.property(fc.nat(seeds.length - 1), fc.boolean(), damage, (index, atTheFront, changes) => {
      const content = Buffer.from(seeds[index]!);
      for (const [at, byte] of changes) content[at % (atTheFront ? 256 : content.length)] = byte;
      const object = read(content);
      for (const { offset, sizeBytes } of [...(object?.sections ?? []), ...(object?.segments ?? [])])
        assert.ok(offset >= 0 && sizeBytes > 0 && offset + sizeBytes <= content.length);
    }),
    { numRuns: 1000 },
  );
});
