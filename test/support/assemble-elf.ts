/** A part of an ELF file under construction. */
export interface ElfPart {
  readonly name: string;
  readonly content: Buffer;
  readonly writable?: boolean;
}

export interface ElfOptions {
  readonly word?: 4 | 8;
  readonly littleEndian?: boolean;
  /** Without section headers, as some strippers leave it. */
  readonly stripped?: boolean;
}

/** Where each part is loaded. */
export function addressOf(offset: number): number {
  return 0x40_0000 + offset;
}

/** Offset of the first part. */
export const firstOffset = 0x1000;

/** The smallest ELF file that has these sections, each in a segment of its own. Parts begin at multiples of 16. */
export function assembleElf(parts: readonly ElfPart[], options: ElfOptions = {}): Buffer {
  const { word = 8, littleEndian = true, stripped = false } = options;
  const wide = word === 8;
  const names = Buffer.from(`\0${[...parts.map(({ name }) => name), '.shstrtab'].join('\0')}\0`, 'latin1');
  const sections = [...parts, { name: '.shstrtab', content: names }];
  const offsets: number[] = [];
  let end = firstOffset;
  for (const { content } of sections) {
    offsets.push(end);
    end = (end + content.length + 15) & ~15;
  }
  const sectionBytes = wide ? 64 : 40;
  const file = Buffer.alloc(end + (stripped ? 0 : (sections.length + 1) * sectionBytes));
  const u16 = (at: number, value: number) =>
    littleEndian ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at);
  const u32 = (at: number, value: number) =>
    littleEndian ? file.writeUInt32LE(value, at) : file.writeUInt32BE(value, at);
  const put = (at: number, value: number) => u32(at + (wide && !littleEndian ? 4 : 0), value);

  file.write('\x7fELF', 0, 'latin1');
  file[4] = wide ? 2 : 1;
  file[5] = littleEndian ? 1 : 2;
  const headerBytes = wide ? 64 : 52;
  put(wide ? 32 : 28, headerBytes);
  put(wide ? 40 : 32, stripped ? 0 : end);
  const counts = wide ? 54 : 42;
  u16(counts, wide ? 56 : 32);
  u16(counts + 2, parts.length);
  u16(counts + 4, sectionBytes);
  u16(counts + 6, stripped ? 0 : sections.length + 1);
  u16(counts + 8, stripped ? 0 : sections.length);

  for (const [index, { content, writable }] of parts.entries()) {
    const at = headerBytes + index * (wide ? 56 : 32);
    const offset = offsets[index] ?? 0;
    u32(at, 1);
    u32(at + (wide ? 4 : 24), writable ? 6 : 4);
    for (const [field, value] of [offset, addressOf(offset), addressOf(offset), content.length].entries())
      put(at + (wide ? 8 : 4) + field * word, value);
  }
  for (const [index, section] of sections.entries()) {
    const offset = offsets[index] ?? 0;
    section.content.copy(file, offset);
    if (stripped) continue;
    const at = end + (index + 1) * sectionBytes;
    u32(at, names.indexOf(`\0${section.name}\0`) + 1);
    u32(at + 4, 1);
    const flags = (section.writable ? 1 : 0) | 2;
    for (const [field, value] of [flags, addressOf(offset), offset, section.content.length].entries())
      put(at + 8 + field * word, value);
  }
  return file;
}
