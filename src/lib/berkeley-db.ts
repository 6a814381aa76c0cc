import { AppError } from './errors.ts';
import type { OnDamage, RandomAccess } from './random-access.ts';

/**
 * Values of a Berkeley DB hash database, without its library. The format is that of `dbinc/db_page.h` in the sources of
 * Berkeley DB 4 and 5: https://github.com/berkeleydb/libdb/blob/master/src/dbinc/db_page.h
 */
const magic = 0x061561;
const pageHeaderBytes = 26;
const metadataBytes = 72;
const pageTypes = { unsortedHash: 2, overflow: 7, hash: 13 };
const itemTypes = { inline: 1, offPage: 3 };

interface Database {
  readonly source: RandomAccess;
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly bigEndian: boolean;
  /** Pages that were read as part of a value: none belongs to two. */
  readonly used: Uint8Array;
  readonly maxValueBytes: number;
}

/** Each value in the order of pages. Throws FILE_INVALID when this is no hash database that can be read. */
export function* readBerkeleyHash(source: RandomAccess, maxValueBytes: number, onDamage: OnDamage): Generator<Buffer> {
  const database = openDatabase(source, maxValueBytes, onDamage);
  for (let number = 1; number < database.pageCount; number += 1) {
    const type = source.read(number * database.pageBytes + pageHeaderBytes - 1, 1)[0];
    if (type !== pageTypes.hash && type !== pageTypes.unsortedHash) continue;
    yield* readHashPage(database, number, onDamage);
  }
}

function openDatabase(source: RandomAccess, maxValueBytes: number, onDamage: OnDamage): Database {
  const head = source.read(0, metadataBytes);
  if (head.length < metadataBytes) throw new AppError('FILE_INVALID', 'it is too short for a Berkeley DB');
  const bigEndian = head.readUInt32BE(12) === magic;
  if (!bigEndian && head.readUInt32LE(12) !== magic) {
    throw new AppError('FILE_INVALID', 'it is not a Berkeley DB hash database');
  }
  const pageBytes = uint32(head, 20, bigEndian);
  if (pageBytes < 512 || pageBytes > 65536 || (pageBytes & (pageBytes - 1)) !== 0) {
    throw new AppError('FILE_INVALID', `its page size of ${pageBytes} bytes is none that Berkeley DB has`);
  }
  // Encryption, or checksums, which lengthen the header of each page. RPM uses neither.
  if (head[24] !== 0 || ((head[26] ?? 0) & 1) !== 0) {
    throw new AppError('FILE_INVALID', 'it is encrypted or has page checksums, which is not supported');
  }
  const declared = uint32(head, 32, bigEndian) + 1;
  const present = Math.floor(source.size / pageBytes);
  if (declared > present) onDamage(`it says it has ${declared} pages, but ${present} are there`);
  const pageCount = Math.min(declared, present);
  return { source, pageBytes, pageCount, bigEndian, used: new Uint8Array(pageCount), maxValueBytes };
}

function* readHashPage(database: Database, number: number, onDamage: OnDamage): Generator<Buffer> {
  const { source, pageBytes, bigEndian } = database;
  const page = source.read(number * pageBytes, pageBytes);
  const count = uint16(page, 20, bigEndian);
  if (pageHeaderBytes + 2 * count > pageBytes) return onDamage(`page ${number} says it has ${count} entries`);
  // Keys and values take turns; items lie from the end of the page backwards and do not overlap.
  let lowest = pageBytes;
  for (let index = 1; index < count; index += 2) {
    const start = uint16(page, pageHeaderBytes + 2 * index, bigEndian);
    const end = uint16(page, pageHeaderBytes + 2 * (index - 1), bigEndian);
    if (start < pageHeaderBytes + 2 * count || start >= end || end > lowest) {
      onDamage(`entry ${index} of page ${number} lies outside of it`);
      continue;
    }
    lowest = start;
    const value = readItem(database, page.subarray(start, end));
    if (typeof value === 'string') onDamage(`entry ${index} of page ${number}: ${value}`);
    else yield value;
  }
}

/** The value, or what is wrong with it. */
function readItem(database: Database, item: Buffer): Buffer | string {
  if (item[0] === itemTypes.inline) return item.subarray(1);
  if (item[0] !== itemTypes.offPage) return `items of type ${item[0]} are not supported`;
  if (item.length < 12) return 'it is cut short';
  return readOverflow(database, uint32(item, 4, database.bigEndian), uint32(item, 8, database.bigEndian));
}

/** A value too long for a page is a chain of pages. */
function readOverflow(database: Database, first: number, length: number): Buffer | string {
  const { source, pageBytes, pageCount, bigEndian, used } = database;
  if (length > database.maxValueBytes)
    return `its value of ${length} bytes is over the limit of ${database.maxValueBytes}`;
  const parts: Buffer[] = [];
  let missing = length;
  for (let number = first; missing > 0; ) {
    if (number === 0 || number >= pageCount) return `its value ends ${missing} bytes early`;
    if (used[number]) return `page ${number} belongs to another value`;
    used[number] = 1;
    const page = source.read(number * pageBytes, pageBytes);
    const bytes = uint16(page, 22, bigEndian);
    if (page[pageHeaderBytes - 1] !== pageTypes.overflow || bytes === 0 || bytes > pageBytes - pageHeaderBytes) {
      return `page ${number} is no part of a value`;
    }
    parts.push(page.subarray(pageHeaderBytes, pageHeaderBytes + Math.min(bytes, missing)));
    missing -= bytes;
    number = uint32(page, 16, bigEndian);
  }
  return Buffer.concat(parts);
}

function uint32(bytes: Buffer, offset: number, bigEndian: boolean): number {
  return bigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset);
}

function uint16(bytes: Buffer, offset: number, bigEndian: boolean): number {
  return bigEndian ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset);
}
