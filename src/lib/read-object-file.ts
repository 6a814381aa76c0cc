import { readElf } from './elf.ts';
import { readMachO } from './mach-o.ts';
import type { ObjectFile } from './object-file.ts';
import { readPe } from './pe.ts';
import type { RandomAccess } from './random-access.ts';

/** For as long as a file is looked at: those who do so come one after the other, and all begin with its headers. */
const known = new WeakMap<RandomAccess, ObjectFile | undefined>();

/** Headers of an ELF, PE or Mach-O file; undefined when it is none of them. Reads headers only, at most a few hundred kilobytes. */
export function readObjectFile(file: RandomAccess): ObjectFile | undefined {
  if (known.has(file)) return known.get(file);
  const object = readElf(file) ?? readPe(file) ?? readMachO(file);
  known.set(file, object);
  return object;
}
