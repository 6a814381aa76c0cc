import { inflateRawSync } from 'node:zlib';
import { AppError, messageOf } from './errors.ts';
import type { RandomAccess } from './random-access.ts';

// Format: APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (section numbers below).

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly compressedSize: number;
  /** As the archive claims. */
  readonly size: number;
  /** Where its local header is said to begin, counted from the beginning of the source. */
  readonly headerOffset: number;
}

export interface ZipLimits {
  /** Bytes of the central directory. */
  readonly directoryBytes: number;
  /** Entries walked, wanted or not. */
  readonly entries: number;
}

export const defaultZipLimits: ZipLimits = { directoryBytes: 128 * 1024 * 1024, entries: 1_000_000 };

export interface ZipWalk {
  /** Entries walked. */
  readonly entries: number;
  /** Set when the rest of the directory could not be walked; what was walked before is good. */
  readonly error?: AppError;
}

const endSignature = Buffer.from('PK\x05\x06', 'latin1');
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const centralSignature = Buffer.from('PK\x01\x02', 'latin1');
const localSignature = 0x04034b50;
const endSize = 22;
const centralSize = 46;
const chunkBytes = 1024 * 1024;
const stored = 0;
const deflated = 8;
/** The best that deflate can do; a claim above it is a lie. */
const maxDeflateRatio = 1032;

/**
 * Walks the central directory of a ZIP archive in place; nothing is inflated. `wants` sees every name, duplicates
 * included, and the wanted entries go to `visit`. Throws `ARCHIVE_CORRUPT` when there is no directory to walk: not a
 * ZIP archive, or cut short.
 */
export function walkZip(
  source: RandomAccess,
  wants: (name: string) => boolean,
  visit: (entry: ZipEntry) => void,
  limits: ZipLimits = defaultZipLimits,
): ZipWalk {
  const { start, size, base } = findDirectory(source);
  if (size > limits.directoryBytes) {
    return { entries: 0, error: limitExceeded(`its directory has ${size} bytes, more than ${limits.directoryBytes}`) };
  }

  let window = source.read(start, Math.min(size, chunkBytes));
  let windowStart = 0;
  let at = 0;
  let entries = 0;
  while (at + centralSize <= size) {
    if (entries >= limits.entries) {
      return { entries, error: limitExceeded(`it has more than ${limits.entries} entries`) };
    }
    // The longest header is 46 bytes and three fields of 64 KiB.
    if (at - windowStart + centralSize + 3 * 0xffff > window.length && windowStart + window.length < size) {
      window = source.read(start + at, Math.min(size - at, chunkBytes));
      windowStart = at;
    }
    const local = at - windowStart;
    if (local + centralSize > window.length || window.readUInt32LE(local) !== centralSignature.readUInt32LE(0)) {
      return { entries, error: corrupt('its directory is damaged') };
    }
    const length = centralSize + headerTail(window, local);
    if (local + length > window.length) return { entries, error: corrupt('its directory is cut short') };
    const name = nameOf(window, local);
    if (wants(name)) visit(entryAt(window, local, name, base));
    entries += 1;
    at += length;
  }
  return { entries };
}

/**
 * The bytes of one entry, inflated. Its length is checked, its checksum is not: a Java runtime does not check it
 * either, and what runs must be read. Throws `ARCHIVE_UNSUPPORTED` for encryption and for methods other than stored and
 * deflated, `LIMIT_EXCEEDED` above `limitBytes`, `ARCHIVE_CORRUPT` for damage.
 */
export function readZipEntry(source: RandomAccess, entry: ZipEntry, limitBytes: number): Buffer {
  const data = zipEntryData(source, entry);
  if (data.size > limitBytes || entry.size > limitBytes) {
    throw limitExceeded(`it has ${Math.max(data.size, entry.size)} bytes, more than ${limitBytes}`);
  }
  const raw = data.read(0, data.size);
  const content = entry.method === stored ? raw : inflate(raw, entry.size);
  if (content.length !== entry.size) throw corrupt(`it has ${content.length} bytes instead of ${entry.size}`);
  return content;
}

/** True when the entry lies in its archive as it is: nested archives can then be read without a copy. */
export function isStored(entry: ZipEntry): boolean {
  return entry.method === stored && !entry.encrypted;
}

/** A window on the entry's bytes as they are stored, compressed or not. */
export function zipEntryData(source: RandomAccess, entry: ZipEntry): RandomAccess {
  if (entry.encrypted) throw new AppError('ARCHIVE_UNSUPPORTED', 'it is encrypted');
  if (entry.method !== stored && entry.method !== deflated) {
    throw new AppError('ARCHIVE_UNSUPPORTED', `its compression method ${entry.method} is not supported`);
  }
  const header = source.read(entry.headerOffset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== localSignature) throw corrupt('its local header is missing');
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.compressedSize > source.size) throw corrupt('it reaches beyond the end of the archive');
  return {
    size: entry.compressedSize,
    read: (offset, length) => source.read(start + offset, Math.max(0, Math.min(length, entry.compressedSize - offset))),
  };
}

function inflate(data: Buffer, size: number): Buffer {
  // One chunk of the right size saves zlib a copy; what it may cost is bounded by the bytes that are really there.
  const chunkSize = Math.max(64, Math.min(size + 1, data.length * maxDeflateRatio + 1));
  try {
    return inflateRawSync(data, { chunkSize, maxOutputLength: Math.max(1, size) });
  } catch (error) {
    const message = error instanceof RangeError ? `it has more than the ${size} bytes it claims` : messageOf(error);
    throw new AppError('ARCHIVE_CORRUPT', message, { cause: error });
  }
}

interface Directory {
  readonly start: number;
  readonly size: number;
  /** Bytes put before the archive (4.1.9: a shell script in front of a jar), which its offsets do not count. */
  readonly base: number;
}

/**
 * Finds the end record by its signature, from the end backwards (4.3.16). One whose comment reaches the end exactly is
 * believed before one with something behind it, as the comment may hold the signature too.
 */
function findDirectory(source: RandomAccess): Directory {
  const tailSize = Math.min(source.size, endSize + 0xffff);
  const tail = source.read(source.size - tailSize, tailSize);
  let second: Directory | undefined;
  for (let from = tail.length - endSize; from >= 0; ) {
    const at = tail.lastIndexOf(endSignature, from);
    if (at === -1) break;
    const directory = directoryAt(source, tail, at);
    const end = at + endSize + tail.readUInt16LE(at + 20);
    if (directory && end === tail.length) return directory;
    if (directory && directory.size > 0 && end < tail.length) second ??= directory;
    from = at - 1;
  }
  if (second) return second;
  throw corrupt('it is no ZIP archive, or is cut short');
}

function directoryAt(source: RandomAccess, tail: Buffer, at: number): Directory | undefined {
  const end = source.size - tail.length + at;
  const wide = directory64At(source, end);
  const size = wide ? wide.size : tail.readUInt32LE(at + 12);
  const offset = wide ? wide.offset : tail.readUInt32LE(at + 16);
  // Normally right before the end record; where something was put between them, where the record says.
  for (const start of [(wide ? wide.end : end) - size, offset]) {
    if (start < offset || start + size > end) continue;
    if (size === 0 || source.read(start, 4).equals(centralSignature)) return { start, size, base: start - offset };
  }
  return undefined;
}

interface WideDirectory {
  readonly size: number;
  readonly offset: number;
  readonly end: number;
}

/** 4.3.14 and 4.3.15. The record itself lies right before its locator, unless it carries extensible data. */
function directory64At(source: RandomAccess, end: number): WideDirectory | undefined {
  if (end < 20) return undefined;
  const locator = source.read(end - 20, 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== locator64Signature) return undefined;
  for (const at of [end - 20 - 56, safe(locator.readBigUInt64LE(8))]) {
    const record = at >= 0 ? source.read(at, 56) : Buffer.alloc(0);
    if (record.length === 56 && record.readUInt32LE(0) === end64Signature) {
      return { size: safe(record.readBigUInt64LE(40)), offset: safe(record.readBigUInt64LE(48)), end: at };
    }
  }
  return undefined;
}

/** Bytes of name, extra field and comment that follow a central header. */
function headerTail(window: Buffer, at: number): number {
  return window.readUInt16LE(at + 28) + window.readUInt16LE(at + 30) + window.readUInt16LE(at + 32);
}

/** Names that do not say they are UTF-8 are in code page 437 by the letter, and in UTF-8 in nearly every jar. */
function nameOf(window: Buffer, at: number): string {
  const start = at + centralSize;
  const end = start + window.readUInt16LE(at + 28);
  // Short and mostly ASCII: latin1 is several times faster to decode, and tells whether the slow way is needed.
  const name = window.toString('latin1', start, end);
  return isAscii(name) ? name : window.toString('utf8', start, end);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function entryAt(window: Buffer, at: number, name: string, base: number): ZipEntry {
  const sizes = {
    size: window.readUInt32LE(at + 24),
    compressedSize: window.readUInt32LE(at + 20),
    headerOffset: window.readUInt32LE(at + 42),
  };
  if (sizes.size === 0xffffffff || sizes.compressedSize === 0xffffffff || sizes.headerOffset === 0xffffffff) {
    const extraStart = at + centralSize + window.readUInt16LE(at + 28);
    widen(sizes, window.subarray(extraStart, extraStart + window.readUInt16LE(at + 30)));
  }
  return {
    name,
    method: window.readUInt16LE(at + 10),
    encrypted: (window.readUInt16LE(at + 8) & 1) !== 0,
    compressedSize: sizes.compressedSize,
    size: sizes.size,
    headerOffset: sizes.headerOffset + base,
  };
}

/** The ZIP64 extra field holds, in this order, only those values that did not fit (4.5.3). */
function widen(sizes: { size: number; compressedSize: number; headerOffset: number }, extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x0001) continue;
    let value = at + 4;
    const end = Math.min(extra.length, value + extra.readUInt16LE(at + 2));
    for (const key of ['size', 'compressedSize', 'headerOffset'] as const) {
      if (sizes[key] !== 0xffffffff || value + 8 > end) continue;
      sizes[key] = safe(extra.readBigUInt64LE(value));
      value += 8;
    }
    return;
  }
}

/** Nothing real is larger, and sums of two stay exact. */
function safe(value: bigint): number {
  return Number(value > 0xffffffffffffn ? 0xffffffffffffn : value);
}

function corrupt(message: string): AppError {
  return new AppError('ARCHIVE_CORRUPT', message);
}

function limitExceeded(message: string): AppError {
  return new AppError('LIMIT_EXCEEDED', message);
}
