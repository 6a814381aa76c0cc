/** Unsigned numbers from a buffer that may be too short: what is missing reads as 0, so that header parsers need no length checks. */
export interface BoundedNumbers {
  readonly length: number;
  u16(at: number): number;
  u32(at: number): number;
  /** Loses precision above 2^53: no file offset lies there. */
  u64(at: number): number;
  /** `u32` or `u64`. */
  word(at: number, bytes: 4 | 8): number;
}

export function boundedNumbers(bytes: Buffer, littleEndian: boolean): BoundedNumbers {
  const fits = (at: number, length: number) => at >= 0 && at + length <= bytes.length;
  const u16 = (at: number) => {
    if (!fits(at, 2)) return 0;
    return littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  };
  const u32 = (at: number) => {
    if (!fits(at, 4)) return 0;
    return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  };
  const u64 = (at: number) => {
    const [low, high] = littleEndian ? [u32(at), u32(at + 4)] : [u32(at + 4), u32(at)];
    return high * 0x1_0000_0000 + low;
  };
  return { length: bytes.length, u16, u32, u64, word: (at, width) => (width === 4 ? u32(at) : u64(at)) };
}

/** Text up to the first NUL, or to `end`; empty outside the buffer. */
export function textAt(bytes: Buffer, start: number, end = bytes.length): string {
  if (start < 0 || start >= bytes.length) return '';
  const nul = bytes.indexOf(0, start);
  return bytes.toString('latin1', start, nul < 0 || nul > end ? end : nul);
}
