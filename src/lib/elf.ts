// ELF: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html

import { type BoundedNumbers, boundedNumbers, textAt } from './bounded-numbers.ts';
import { maxRanges, type ObjectFile, RangeList } from './object-file.ts';
import type { RandomAccess } from './random-access.ts';

const coreDump = 4;
const noBits = 8;
const loadable = 1;
const maxNamesBytes = 1024 * 1024;

/** Headers of an ELF file; undefined when it is none, or the memory of a program that died. */
export function readElf(file: RandomAccess): ObjectFile | undefined {
  const bytes = file.read(0, 64);
  if (bytes.length < 52 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const layout = bytes[4] === 2 ? layout64 : layout32;
  const littleEndian = bytes[5] !== 2;
  const header = boundedNumbers(bytes, littleEndian);
  if (header.u16(16) === coreDump) return undefined;

  const sections = readSections(file, header, layout, littleEndian);
  const segments = readSegments(file, header, layout, littleEndian);
  return {
    format: 'elf',
    pointerBytes: layout.word,
    littleEndian,
    sections: sections?.ranges ?? [],
    segments: segments.ranges,
    truncated: !sections || sections.truncated || segments.truncated,
    cutOff: sections?.cutOff ?? [],
  };
}

/** Where fields lie; those named `…At` are followed by others of `word` bytes each. */
interface Layout {
  readonly word: 4 | 8;
  /** e_phoff, e_shoff. */
  readonly offsetsAt: number;
  /** e_phnum, e_shentsize, e_shnum, e_shstrndx: two bytes each. */
  readonly countsAt: number;
  readonly sectionBytes: number;
  readonly segmentBytes: number;
  /** p_offset, p_vaddr, p_paddr, p_filesz. */
  readonly segmentOffsetAt: number;
  readonly segmentFlagsAt: number;
}

const layout32: Layout = {
  word: 4,
  offsetsAt: 28,
  countsAt: 44,
  sectionBytes: 40,
  segmentBytes: 32,
  segmentOffsetAt: 4,
  segmentFlagsAt: 24,
};
const layout64: Layout = {
  word: 8,
  offsetsAt: 32,
  countsAt: 56,
  sectionBytes: 64,
  segmentBytes: 56,
  segmentOffsetAt: 8,
  segmentFlagsAt: 4,
};

/** Undefined where the file ends before the last header or before the names. */
function readSections(
  file: RandomAccess,
  header: BoundedNumbers,
  layout: Layout,
  littleEndian: boolean,
): RangeList | undefined {
  const list = new RangeList(file);
  const { word, sectionBytes } = layout;
  const offset = header.word(layout.offsetsAt + word, word);
  if (offset === 0) return list;

  const announced = header.u16(layout.countsAt + 4) || sizeOfFirst(file, offset, layout, littleEndian);
  if (offset + announced * sectionBytes > file.size) return undefined;
  const count = Math.min(announced, maxRanges);
  const table = boundedNumbers(file.read(offset, count * sectionBytes), littleEndian);
  const field = (index: number, position: number) => table.word(index * sectionBytes + 8 + position * word, word);

  const namesIndex = header.u16(layout.countsAt + 6);
  const [namesAt, namesBytes] = namesIndex < count ? [field(namesIndex, 2), field(namesIndex, 3)] : [0, 0];
  if (namesAt + namesBytes > file.size) return undefined;
  const names = file.read(namesAt, Math.min(namesBytes, maxNamesBytes));

  for (let index = 1; index < count; index++) {
    const type = table.u32(index * sectionBytes + 4);
    if (type === noBits) continue;
    const flags = field(index, 0);
    list.add({
      name: textAt(names, table.u32(index * sectionBytes)),
      address: field(index, 1),
      offset: field(index, 2),
      sizeBytes: field(index, 3),
      writable: (flags & 1) !== 0,
      executable: (flags & 4) !== 0,
    });
  }
  return list;
}

/** Files of more than 65,279 sections keep their number in the size of section 0. */
function sizeOfFirst(file: RandomAccess, offset: number, layout: Layout, littleEndian: boolean): number {
  const first = boundedNumbers(file.read(offset, layout.sectionBytes), littleEndian);
  return first.word(8 + 3 * layout.word, layout.word);
}

function readSegments(file: RandomAccess, header: BoundedNumbers, layout: Layout, littleEndian: boolean): RangeList {
  const list = new RangeList(file);
  const { word, segmentBytes } = layout;
  const [offset, announced] = [header.word(layout.offsetsAt, word), header.u16(layout.countsAt)];
  const bytes = file.read(offset, Math.min(announced, maxRanges) * segmentBytes);
  const table = boundedNumbers(bytes, littleEndian);
  list.truncated = offset + announced * segmentBytes > file.size;

  for (let at = 0; at + segmentBytes <= bytes.length; at += segmentBytes) {
    if (table.u32(at) !== loadable) continue;
    const field = (position: number) => table.word(at + layout.segmentOffsetAt + position * word, word);
    const flags = table.u32(at + layout.segmentFlagsAt);
    list.add({
      name: '',
      offset: field(0),
      address: field(1),
      sizeBytes: field(3),
      executable: (flags & 1) !== 0,
      writable: (flags & 2) !== 0,
    });
  }
  return list;
}
