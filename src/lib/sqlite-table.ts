import { AppError } from './errors.ts';
import type { OnDamage, RandomAccess } from './random-access.ts';

/**
 * Rows of one table of a SQLite database, read from bytes that nobody vouches for and without writing them to disk.
 * https://www.sqlite.org/fileformat2.html. The write-ahead log is a file of its own and is not looked at.
 */
export type SqliteValue = null | number | bigint | string | Buffer;

export interface SqliteRow {
  readonly rowid: bigint;
  /** An `INTEGER PRIMARY KEY` is null here: it is the rowid. */
  readonly values: readonly SqliteValue[];
}

const magic = 'SQLite format 3\0';
const headerBytes = 100;
const leafType = 13;
const interiorType = 5;
/** A tree of 2^31 pages of two children each is no deeper. */
const maxDepth = 31;

interface Database {
  readonly source: RandomAccess;
  readonly pageBytes: number;
  /** Page size without the part that extensions reserve. */
  readonly usableBytes: number;
  readonly pageCount: number;
  readonly encoding: 'utf8' | 'utf16le' | 'utf16be';
  readonly maxRowBytes: number;
  /** Pages read so far, of trees and of overflow: none belongs to two. */
  readonly used: Uint8Array;
}

/** Rows in ascending order of their rowid. Throws FILE_INVALID when this is no database or has no such table. */
export function* readSqliteTable(
  source: RandomAccess,
  table: string,
  maxRowBytes: number,
  onDamage: OnDamage,
): Generator<SqliteRow> {
  const database = openDatabase(source, maxRowBytes, onDamage);
  for (const { values } of readTree(database, 1, onDamage)) {
    const [type, name, , root] = values;
    if (type === 'table' && name === table && typeof root === 'number')
      return yield* readTree(database, root, onDamage);
  }
  throw new AppError('FILE_INVALID', `it has no table ${table}`);
}

function openDatabase(source: RandomAccess, maxRowBytes: number, onDamage: OnDamage): Database {
  const head = source.read(0, headerBytes);
  if (head.length < headerBytes || head.toString('latin1', 0, 16) !== magic) {
    throw new AppError('FILE_INVALID', 'it is not a SQLite database');
  }
  const spelled = head.readUInt16BE(16);
  const pageBytes = spelled === 1 ? 65536 : spelled;
  const usableBytes = pageBytes - (head[20] ?? 0);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0 || usableBytes < 480) {
    throw new AppError('FILE_INVALID', `its page size of ${pageBytes} bytes is none that SQLite has`);
  }
  const encoding = (['utf8', 'utf8', 'utf16le', 'utf16be'] as const)[head.readUInt32BE(56)];
  if (!encoding) throw new AppError('FILE_INVALID', 'its text encoding is unknown');
  const pageCount = Math.floor(source.size / pageBytes);
  // The count is only valid when the last writer knew of it, which the two change counters tell.
  const declared = head.readUInt32BE(24) === head.readUInt32BE(92) ? head.readUInt32BE(28) : 0;
  if (declared > pageCount) onDamage(`it says it has ${declared} pages, but ${pageCount} are there`);
  return { source, pageBytes, usableBytes, pageCount, encoding, maxRowBytes, used: new Uint8Array(pageCount + 1) };
}

function* readTree(database: Database, root: number, onDamage: OnDamage, depth = 0): Generator<SqliteRow> {
  const page = depth > maxDepth ? 'the tree is too deep' : readPage(database, root);
  if (typeof page === 'string') return onDamage(page);
  const base = root === 1 ? headerBytes : 0;
  const type = page[base];
  const pageHeaderBytes = type === leafType ? 8 : 12;
  const cells = type === leafType || type === interiorType ? cellOffsets(page, base, pageHeaderBytes) : undefined;
  if (!cells) return onDamage(`page ${root} is no page of a table`);
  if (type === leafType)
    return yield* readLeaf(database, page, cells, (message) => onDamage(`page ${root}: ${message}`));
  for (const cell of cells) {
    if (cell + 4 > page.length) onDamage(`a cell of page ${root} lies outside of it`);
    else yield* readTree(database, page.readUInt32BE(cell), onDamage, depth + 1);
  }
  yield* readTree(database, page.readUInt32BE(base + 8), onDamage, depth + 1);
}

function* readLeaf(
  database: Database,
  page: Buffer,
  cells: readonly number[],
  onDamage: OnDamage,
): Generator<SqliteRow> {
  let last: bigint | undefined;
  // Cells of a real page do not overlap, so together they fit it.
  let bytes = 0;
  for (const cell of cells) {
    const row = readRow(database, page, cell);
    if (typeof row === 'string') onDamage(row);
    else if (last !== undefined && row.rowid <= last) onDamage(`row ${row.rowid} is out of order`);
    else {
      last = row.rowid;
      bytes += row.localBytes;
      if (bytes > page.length) return onDamage('its rows overlap');
      yield row;
    }
  }
}

function readPage(database: Database, number: number): Buffer | string {
  if (number < 1 || number > database.pageCount) return `page ${number} does not exist`;
  if (database.used[number]) return `page ${number} is used twice`;
  database.used[number] = 1;
  return database.source.read((number - 1) * database.pageBytes, database.pageBytes).subarray(0, database.usableBytes);
}

function cellOffsets(page: Buffer, base: number, pageHeaderBytes: number): readonly number[] | undefined {
  const count = page.readUInt16BE(base + 3);
  const start = base + pageHeaderBytes;
  if (start + 2 * count > page.length) return undefined;
  return Array.from({ length: count }, (_, index) => page.readUInt16BE(start + 2 * index));
}

/** The row of a leaf's cell, or what is wrong with it. */
function readRow(database: Database, page: Buffer, cell: number): (SqliteRow & { localBytes: number }) | string {
  const size = readVarint(page, cell);
  const rowid = size && readVarint(page, size.end);
  if (!size || !rowid) return 'a row is cut short';
  if (size.value < 0n || size.value > BigInt(database.maxRowBytes)) {
    return `a row of ${size.value} bytes is over the limit of ${database.maxRowBytes}`;
  }
  const local = localBytes(database.usableBytes, Number(size.value));
  const payload = readPayload(database, page, { start: rowid.end, local, size: Number(size.value) });
  if (typeof payload === 'string') return payload;
  const values = readRecord(payload, database.encoding);
  return values ? { rowid: rowid.value, values, localBytes: local } : `the columns of row ${rowid.value} do not fit it`;
}

/** How much of a payload of `size` bytes lies in the leaf itself. */
function localBytes(usableBytes: number, size: number): number {
  const max = usableBytes - 35;
  if (size <= max) return size;
  const min = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = min + ((size - min) % (usableBytes - 4));
  return fitting <= max ? fitting : min;
}

interface Cell {
  /** Where the payload begins in its page. */
  readonly start: number;
  readonly local: number;
  readonly size: number;
}

/** What does not fit a leaf goes on in a chain of overflow pages. */
function readPayload(database: Database, page: Buffer, { start, local, size }: Cell): Buffer | string {
  const { usableBytes } = database;
  if (start + local + (local < size ? 4 : 0) > page.length) return 'a row lies outside of it';
  if (local === size) return page.subarray(start, start + size);

  const parts = [page.subarray(start, start + local)];
  let missing = size - local;
  let next = page.readUInt32BE(start + local);
  while (missing > 0) {
    const overflow = readPage(database, next);
    if (typeof overflow === 'string') return overflow;
    parts.push(overflow.subarray(4, 4 + Math.min(missing, usableBytes - 4)));
    missing -= usableBytes - 4;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** https://www.sqlite.org/fileformat2.html#record_format */
function readRecord(payload: Buffer, encoding: Database['encoding']): SqliteValue[] | undefined {
  const header = readVarint(payload, 0);
  if (!header || header.value > BigInt(payload.length)) return undefined;
  const bodyStart = Number(header.value);
  const values: SqliteValue[] = [];
  let body = bodyStart;
  for (let offset = header.end; offset < bodyStart; ) {
    const type = readVarint(payload, offset);
    if (!type || type.end > bodyStart || type.value < 0n) return undefined;
    offset = type.end;
    const length = serialLength(type.value);
    if (length > payload.length - body) return undefined;
    values.push(readValue(payload.subarray(body, body + length), Number(type.value), encoding));
    body += length;
  }
  return values;
}

function serialLength(type: bigint): number {
  return type >= 12n ? Number((type - 12n) / 2n) : ([0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][Number(type)] ?? 0);
}

function readValue(bytes: Buffer, type: number, encoding: Database['encoding']): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : readText(bytes, encoding);
  if (type === 0 || type > 9) return null;
  if (type === 6) return bytes.readBigInt64BE();
  if (type === 7) return bytes.readDoubleBE();
  return type >= 8 ? type - 8 : bytes.readIntBE(0, bytes.length);
}

function readText(bytes: Buffer, encoding: Database['encoding']): string {
  if (encoding !== 'utf16be') return bytes.toString(encoding);
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}

/** One to nine bytes, big-endian, seven bits each and eight of the ninth. */
function readVarint(bytes: Buffer, start: number): { readonly value: bigint; readonly end: number } | undefined {
  let small = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    small = small * 128 + (byte & 127);
    if (byte < 128) return { value: BigInt(small), end: start + index + 1 };
  }
  let value = BigInt(small);
  for (let index = 4; index < 9; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    if (index === 8) return { value: BigInt.asIntN(64, (value << 8n) | BigInt(byte)), end: start + 9 };
    value = (value << 7n) | BigInt(byte & 127);
    if (byte < 128) return { value, end: start + index + 1 };
  }
  return undefined;
}
