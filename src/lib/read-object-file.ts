import { readElf } from './elf.ts';
import { readMachO } from './mach-o.ts';
import type { ObjectFile } from './object-file.ts';
import { readPe } from './pe.ts';
import type { RandomAccess } from './random-access.ts';

/** Headers of an ELF, PE or Mach-O file; undefined when it is none of them. Reads headers only, at most a few hundred kilobytes. */
export function readObjectFile(file: RandomAccess): ObjectFile | undefined {
  return readElf(file) ?? readPe(file) ?? readMachO(file);
}
