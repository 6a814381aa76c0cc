// Mach-O: <mach-o/loader.h> and <mach-o/fat.h>, https://github.com/apple-oss-distributions/xnu/tree/main/EXTERNAL_HEADERS/mach-o

import { boundedNumbers, textAt } from './bounded-numbers.ts';
import { maxRanges, type ObjectFile, RangeList } from './object-file.ts';
import type { RandomAccess } from './random-access.ts';

const universalMagic = 0xcafebabe;
/** With what is said of the first program. */
const universalBytes = 8 + 20;
const coreDump = 4;
const segment32 = 1;
const segment64 = 0x19;
const maxCommandBytes = 1024 * 1024;

/** Headers of a macOS program, or of the first program inside a universal one; undefined when it is none. */
export function readMachO(file: RandomAccess): ObjectFile | undefined {
  const magic = magicAt(file, 0);
  if (magic !== universalMagic) return readThin(file, 0);
  const universal = boundedNumbers(file.read(0, universalBytes), false);
  // Java class files begin with the same magic and say their version here, which is 45 or more.
  if (universal.length < universalBytes || universal.u32(4) >= 45) return undefined;
  const start = universal.u32(8 + 8);
  return start < file.size ? readThin(file, start) : absent;
}

/** Of a program that the file ends before. */
const absent: ObjectFile = {
  format: 'mach-o',
  pointerBytes: 8,
  littleEndian: true,
  sections: [],
  segments: [],
  truncated: true,
  cutOff: [],
};

function magicAt(file: RandomAccess, offset: number): number {
  return boundedNumbers(file.read(offset, 4), false).u32(0);
}

const thinMagics: ReadonlyMap<number, { readonly word: 4 | 8; readonly littleEndian: boolean }> = new Map([
  [0xfeedface, { word: 4, littleEndian: false }],
  [0xcefaedfe, { word: 4, littleEndian: true }],
  [0xfeedfacf, { word: 8, littleEndian: false }],
  [0xcffaedfe, { word: 8, littleEndian: true }],
]);

/** `start` is where the program begins in the file: its own offsets count from there. */
function readThin(file: RandomAccess, start: number): ObjectFile | undefined {
  const kind = thinMagics.get(magicAt(file, start));
  if (!kind) return undefined;
  const { word, littleEndian } = kind;
  const header = boundedNumbers(file.read(start, 32), littleEndian);
  if (header.u32(12) === coreDump) return undefined;
  const commandsAt = start + (word === 8 ? 32 : 28);
  const commandBytes = header.u32(20);
  const areCommandsWhole = commandsAt + commandBytes <= file.size;
  const bytes = file.read(commandsAt, Math.min(commandBytes, maxCommandBytes));
  const commands = boundedNumbers(bytes, littleEndian);

  const segments = new RangeList(file);
  const sections = new RangeList(file);
  let at = 0;
  for (let left = Math.min(header.u32(16), maxRanges); left > 0 && at + 8 <= bytes.length; left--) {
    const size = commands.u32(at + 4);
    if (size < 8) break;
    const command = commands.u32(at);
    if (command === (word === 8 ? segment64 : segment32)) {
      addSegment({ bytes, commands, at, end: Math.min(at + size, bytes.length), word, start }, segments, sections);
    }
    at += size;
  }
  return {
    format: 'mach-o',
    pointerBytes: word,
    littleEndian,
    sections: areCommandsWhole ? sections.ranges : [],
    segments: segments.ranges,
    truncated: !areCommandsWhole || segments.truncated || sections.truncated,
    cutOff: sections.cutOff,
  };
}

interface SegmentCommand {
  readonly bytes: Buffer;
  readonly commands: ReturnType<typeof boundedNumbers>;
  readonly at: number;
  readonly end: number;
  readonly word: 4 | 8;
  readonly start: number;
}

function addSegment(command: SegmentCommand, segments: RangeList, sections: RangeList): void {
  const { bytes, commands, at, end, word, start } = command;
  const field = (position: number) => commands.word(at + 24 + position * word, word);
  const protection = commands.u32(at + 24 + 4 * word + 4);
  const access = { executable: (protection & 4) !== 0, writable: (protection & 2) !== 0 };
  const name = textAt(bytes, at + 8, at + 24);
  segments.add({ name, address: field(0), offset: start + field(2), sizeBytes: field(3), ...access });

  const sectionBytes = word === 8 ? 80 : 68;
  const first = at + 24 + 4 * word + 16;
  for (
    let section = first;
    section + sectionBytes <= end && sections.ranges.length < maxRanges;
    section += sectionBytes
  ) {
    const offset = commands.u32(section + 32 + 2 * word);
    if (offset === 0) continue;
    sections.add({
      name: `${textAt(bytes, section + 16, section + 32)},${textAt(bytes, section, section + 16)}`,
      address: commands.word(section + 32, word),
      sizeBytes: commands.word(section + 32 + word, word),
      offset: start + offset,
      ...access,
    });
  }
}
