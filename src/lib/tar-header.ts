export const tarBlock = 512;

/** Type flag `S`. */
const gnuSparse = 0x53;

/** The fields of a tar header that matter to a reader. */
export interface TarHeader {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  /** The type flag, one character. */
  readonly type: string;
  readonly link: string;
  /** The list of the pieces of a GNU sparse file goes on in the next block. */
  readonly continues: boolean;
}

/** The header in `block`, or a sentence fragment that says what is wrong with it. */
export function decodeTarHeader(block: Buffer): TarHeader | string {
  if (!hasValidChecksum(block)) return 'a header whose checksum does not fit';
  const size = number(block, 124, 12);
  if (size === undefined) return 'an entry whose size is not a number below 2^53';
  const name = text(block, 0, 100);
  const prefix = text(block, 345, prefixLength(block));
  return {
    path: prefix ? `${prefix}/${name}` : name,
    mode: (number(block, 100, 8) ?? 0) & 0o7777,
    size,
    type: String.fromCharCode(block[156] ?? 0),
    link: text(block, 157, 100),
    continues: block[156] === gnuSparse && block[482] !== 0,
  };
}

/** The prefix field exists in POSIX headers only ("ustar" and a NUL), a shorter one in those of star; GNU ones keep times there. */
function prefixLength(block: Buffer): number {
  if (block[262] !== 0 || block.toString('latin1', 257, 262) !== 'ustar') return 0;
  return block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155;
}

export function isZeroBlock(block: Buffer): boolean {
  for (let at = 0; at < tarBlock; at += 1) if (block[at] !== 0) return false;
  return true;
}

/** PAX records: `<length> <key>=<value>\n`, length in bytes and counting itself. Undefined when one does not fit the form. */
export function parsePax(content: Buffer): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const digits = space < 0 || space - at > 10 ? '' : content.toString('latin1', at, space);
    const end = /^\d+$/.test(digits) ? at + Number(digits) : 0;
    if (end <= space + 1 || end > content.length || content[end - 1] !== 0x0a) return undefined;
    const record = content.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals <= 0) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}

/** Sum of the header's bytes with the checksum field taken as spaces; old writers summed signed bytes. */
function hasValidChecksum(block: Buffer): boolean {
  const stored = number(block, 148, 8);
  let sum = 8 * 0x20;
  for (let at = 0; at < 148; at += 1) sum += block[at] as number;
  for (let at = 156; at < tarBlock; at += 1) sum += block[at] as number;
  return stored === sum || stored === sum - 256 * highBytes(block);
}

/** Bytes that count 256 less when taken as signed. */
function highBytes(block: Buffer): number {
  let count = 0;
  for (let at = 0; at < tarBlock; at += 1) if ((at < 148 || at >= 156) && (block[at] as number) > 127) count += 1;
  return count;
}

/** Octal digits among spaces and NULs, or base 256 when the first bit is set (GNU); undefined when it is neither or not a safe integer. */
function number(block: Buffer, offset: number, length: number): number | undefined {
  const first = block[offset] as number;
  if (first & 0x80) return base256(block, offset, length);
  let value = 0;
  let at = offset;
  const end = offset + length;
  while (at < end && isPadding(block[at])) at += 1;
  for (; at < end; at += 1) {
    const digit = (block[at] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (at < end && block[at] !== 0) for (; at < end; at += 1) if (!isPadding(block[at])) return undefined;
  return value;
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x20;
}

function base256(block: Buffer, offset: number, length: number): number | undefined {
  let value = (block[offset] as number) & 0x7f;
  if (value & 0x40) return undefined;
  for (let at = offset + 1; at < offset + length; at += 1) {
    value = value * 256 + (block[at] as number);
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return value;
}

function text(block: Buffer, offset: number, length: number): string {
  let end = offset;
  while (end < offset + length && block[end] !== 0) end += 1;
  return block.toString('utf8', offset, end);
}
