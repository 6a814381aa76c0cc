import type { RandomAccess } from './random-access.ts';

/** A part of a program file. Never reaches beyond the file's end. */
export interface ObjectRange {
  /** As the format spells it: `.rodata`; segment and section for Mach-O: `__DATA,__data`; empty for segments of ELF. */
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Where it is loaded; 0 when it is not. */
  readonly address: number;
  readonly writable: boolean;
  readonly executable: boolean;
}

/** What the headers of an ELF, PE or Mach-O file say; the content stays unread. */
export interface ObjectFile {
  readonly format: 'elf' | 'pe' | 'mach-o';
  readonly pointerBytes: 4 | 8;
  readonly littleEndian: boolean;
  /** Empty when the section headers were stripped, or when the file ends before the last of them or before their names. */
  readonly sections: readonly ObjectRange[];
  /** What the loader maps; PE has only sections, so they stand here too. */
  readonly segments: readonly ObjectRange[];
  /** True when a header names bytes that the file does not have: it was cut off or is corrupt. */
  readonly truncated: boolean;
  /** Names of the sections that the file has in part or not at all. */
  readonly cutOff: readonly string[];
}

/** More than any linked program has; what lies beyond is not looked at. */
export const maxRanges = 4096;

/** Gathers ranges, keeping of each only what the file really has. */
export class RangeList {
  readonly ranges: ObjectRange[] = [];
  readonly cutOff: string[] = [];
  truncated = false;
  readonly #fileBytes: number;

  constructor(file: RandomAccess) {
    this.#fileBytes = file.size;
  }

  add(range: ObjectRange): void {
    if (range.sizeBytes === 0) return;
    const available = Math.min(range.sizeBytes, this.#fileBytes - range.offset);
    if (available < range.sizeBytes) {
      this.cutOff.push(range.name);
      this.truncated = true;
    }
    if (available > 0) this.ranges.push({ ...range, sizeBytes: available });
  }
}

export interface AddressInFile {
  readonly offset: number;
  /** Bytes that follow in the same segment. */
  readonly available: number;
}

/** Where in the file a loaded address lies. */
export function locateAddress(object: ObjectFile, address: number): AddressInFile | undefined {
  for (const segment of object.segments) {
    const distance = address - segment.address;
    if (distance >= 0 && distance < segment.sizeBytes) {
      return { offset: segment.offset + distance, available: segment.sizeBytes - distance };
    }
  }
  return undefined;
}
