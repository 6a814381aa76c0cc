import type { RandomAccess } from './random-access.ts';

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * True when a write-ahead log holds changes that its database may lack: its first frame carries the salt of the log's
 * header. A log that was written back and begun anew has another salt there, or no frame.
 * https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function hasPendingChanges(wal: RandomAccess): boolean {
  const head = wal.read(0, headerBytes + frameHeaderBytes);
  if (head.length < headerBytes + frameHeaderBytes) return false;
  if ((head.readUInt32BE(0) & ~1) !== 0x377f0682) return false;
  return head.subarray(16, 24).equals(head.subarray(headerBytes + 8, headerBytes + 16));
}
