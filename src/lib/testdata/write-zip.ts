import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive made for a test; what is not given is what an honest archive would say. */
export interface TestEntry {
  readonly name: string;
  readonly content?: Buffer | string;
  /** 0 stored, 8 deflated. */
  readonly method?: number;
  readonly flags?: number;
  readonly claimedSize?: number;
  /** Put sizes and offset into the ZIP64 extra field. */
  readonly wide?: boolean;
}

export interface TestArchive {
  readonly prefix?: Buffer;
  readonly comment?: string;
  readonly trailer?: Buffer;
  /** End with the records of ZIP64. */
  readonly wide?: boolean;
}

/** Writes an archive for tests, also such as no archiver would write. */
export function writeZip(entries: readonly TestEntry[], shape: TestArchive = {}): Buffer {
  const { prefix, trailer, comment = '', wide = false } = shape;
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, central } = writeEntry(entry, offset);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = [directory, ...(wide ? [wideEnd(entries.length, directory.length, offset)] : [])];
  end.push(endRecord(entries.length, directory.length, offset, comment, wide));
  return Buffer.concat([prefix ?? Buffer.alloc(0), ...locals, ...end, trailer ?? Buffer.alloc(0)]);
}

function writeEntry(entry: TestEntry, offset: number): { readonly local: Buffer; readonly central: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const method = entry.method ?? 8;
  const data = method === 8 ? deflateRawSync(content) : content;
  const size = entry.claimedSize ?? content.length;
  const name = Buffer.from(entry.name);
  const extra = entry.wide ? wideExtra(size, data.length, offset) : Buffer.alloc(0);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(entry.flags ?? 0x0800, 6);
  local.writeUInt16LE(method, 8);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(entry.flags ?? 0x0800, 8);
  central.writeUInt16LE(method, 10);
  central.writeUInt32LE(crc32(content), 16);
  central.writeUInt32LE(entry.wide ? 0xffffffff : data.length, 20);
  central.writeUInt32LE(entry.wide ? 0xffffffff : size, 24);
  central.writeUInt16LE(name.length, 28);
  central.writeUInt16LE(extra.length, 30);
  central.writeUInt32LE(entry.wide ? 0xffffffff : offset, 42);
  return { local: Buffer.concat([local, name, data]), central: Buffer.concat([central, name, extra]) };
}

function wideExtra(size: number, compressedSize: number, offset: number): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [index, value] of [size, compressedSize, offset].entries()) {
    extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
  }
  return extra;
}

function wideEnd(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(76);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(offset + size), 64);
  return record;
}

function endRecord(count: number, size: number, offset: number, comment: string, wide: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(wide ? 0xffffffff : size, 12);
  end.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, Buffer.from(comment, 'latin1')]);
}
