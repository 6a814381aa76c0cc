// PE: https://learn.microsoft.com/windows/win32/debug/pe-format

import { boundedNumbers, textAt } from './bounded-numbers.ts';
import { maxRanges, type ObjectFile, RangeList } from './object-file.ts';
import type { RandomAccess } from './random-access.ts';

const sectionBytes = 40;

/** Headers of a Windows program; undefined when it is none. */
export function readPe(file: RandomAccess): ObjectFile | undefined {
  const stub = file.read(0, 64);
  if (stub.length < 64 || stub.readUInt16BE(0) !== 0x4d5a) return undefined;
  const start = stub.readUInt32LE(60);
  const header = boundedNumbers(file.read(start, 24 + 32), true);
  if (header.u32(0) !== 0x4550) return undefined;

  const count = header.u16(6);
  const optionalBytes = header.u16(20);
  const wide = header.u16(24) === 0x20b;
  const imageBase = wide ? header.u64(24 + 24) : header.u32(24 + 28);
  const tableAt = start + 24 + optionalBytes;
  const isTableWhole = tableAt + count * sectionBytes <= file.size;
  const bytes = file.read(tableAt, Math.min(count, maxRanges) * sectionBytes);
  const table = boundedNumbers(bytes, true);

  const list = new RangeList(file);
  for (let at = 0; at + sectionBytes <= bytes.length; at += sectionBytes) {
    const flags = table.u32(at + 36);
    list.add({
      name: textAt(bytes, at, at + 8),
      // The stored size is rounded up to whole disk blocks; objects leave the loaded size at 0.
      sizeBytes: Math.min(table.u32(at + 8) || Number.MAX_SAFE_INTEGER, table.u32(at + 16)),
      address: imageBase + table.u32(at + 12),
      offset: table.u32(at + 20),
      executable: (flags & 0x2000_0000) !== 0,
      writable: (flags & 0x8000_0000) !== 0,
    });
  }
  return {
    format: 'pe',
    pointerBytes: wide ? 8 : 4,
    littleEndian: true,
    sections: isTableWhole ? list.ranges : [],
    segments: list.ranges,
    truncated: !isTableWhole || list.truncated,
    cutOff: list.cutOff,
  };
}
