import { AppError } from './errors.ts';
import type { OnDamage, RandomAccess } from './random-access.ts';

/**
 * Blobs of RPM's own "ndb" package database: a table of slots, each pointing to a blob between a head and a tail.
 * https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c
 */
const fileMagic = 'RpmP';
const slotMagic = 'Slot';
const headMagic = 'BlbS';
const tailMagic = 'BlbE';
const pageBytes = 4096;
const slotBytes = 16;
const blockBytes = 16;
const headBytes = 16;
const tailBytes = 12;

/** Each blob in the order of slots. Throws FILE_INVALID when this is no such database. */
export function* readNdb(source: RandomAccess, maxBlobBytes: number, onDamage: OnDamage): Generator<Buffer> {
  const head = source.read(0, 2 * slotBytes);
  if (head.length < 2 * slotBytes || head.toString('latin1', 0, 4) !== fileMagic) {
    throw new AppError('FILE_INVALID', 'it is not an ndb database');
  }
  const version = head.readUInt32LE(4);
  if (version !== 0) throw new AppError('FILE_INVALID', `version ${version} of ndb is not supported`);
  const tableBytes = head.readUInt32LE(12) * pageBytes;
  const slots = source.read(0, Math.min(tableBytes, source.size));
  if (slots.length < tableBytes)
    onDamage(`its table of slots should have ${tableBytes} bytes, ${slots.length} are there`);

  // Blobs of a real database do not overlap, so together they fit the file.
  let missing = source.size;
  const seen = new Set<number>();
  for (let offset = 2 * slotBytes; offset + slotBytes <= slots.length; offset += slotBytes) {
    const slot = slots.subarray(offset, offset + slotBytes);
    const id = slot.readUInt32LE(4);
    if (slot.toString('latin1', 0, 4) !== slotMagic) {
      onDamage(`there is no slot at offset ${offset}`);
      continue;
    }
    if (id === 0) continue;
    const blob = seen.has(id) ? 'it stands in two slots' : readBlob(source, slot, maxBlobBytes);
    seen.add(id);
    if (typeof blob === 'string') {
      onDamage(`entry ${id}: ${blob}`);
      continue;
    }
    missing -= blob.length;
    if (missing < 0) return onDamage('its entries overlap');
    yield blob;
  }
}

/** The blob, or what is wrong with it. */
function readBlob(source: RandomAccess, slot: Buffer, maxBlobBytes: number): Buffer | string {
  const start = slot.readUInt32LE(8) * blockBytes;
  const bytes = slot.readUInt32LE(12) * blockBytes;
  if (bytes < headBytes + tailBytes || start + bytes > source.size) return 'it lies outside of the file';
  if (bytes > maxBlobBytes) return `its ${bytes} bytes are over the limit of ${maxBlobBytes}`;
  const head = source.read(start, headBytes);
  const tail = source.read(start + bytes - tailBytes, tailBytes);
  const length = head.readUInt32LE(12);
  const framed =
    head.toString('latin1', 0, 4) === headMagic &&
    head.readUInt32LE(4) === slot.readUInt32LE(4) &&
    headBytes + length <= bytes - tailBytes &&
    tail.readUInt32LE(4) === length &&
    tail.toString('latin1', 8) === tailMagic;
  return framed ? source.read(start + headBytes, length) : 'its head or tail is damaged';
}
