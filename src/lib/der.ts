/** Writes ASN.1 in its distinguished encoding (X.690): what certificates are made of. */
export type Der = Buffer;

function tagged(tag: number, ...content: readonly Uint8Array[]): Der {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const der = {
  sequence: (...items: readonly Uint8Array[]): Der => tagged(0x30, ...items),
  set: (...items: readonly Uint8Array[]): Der => tagged(0x31, ...items),
  boolean: (value: boolean): Der => tagged(0x01, Buffer.from([value ? 0xff : 0])),
  /** Of bytes that stand for a number that is not negative. */
  integer: (bytes: Uint8Array): Der => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const digits = first < 0 ? Buffer.from([0]) : bytes.subarray(first);
    return tagged(0x02, (digits[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), digits);
  },
  bits: (bytes: Uint8Array, unused = 0): Der => tagged(0x03, Buffer.from([unused]), bytes),
  octets: (bytes: Uint8Array): Der => tagged(0x04, bytes),
  text: (text: string): Der => tagged(0x0c, Buffer.from(text, 'utf8')),
  time: (at: Date): Der => {
    const digits = at
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replace(/[-:T]/g, '');
    // Two digits of the year up to 2049, four after (RFC 5280, 4.1.2.5).
    return at.getUTCFullYear() < 2050
      ? tagged(0x17, Buffer.from(digits.slice(2), 'latin1'))
      : tagged(0x18, Buffer.from(digits, 'latin1'));
  },
  oid: (dotted: string): Der => {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** `[number]`, around whole items when constructed, in the place of a tag when not. */
  context: (number: number, constructed: boolean, ...content: readonly Uint8Array[]): Der =>
    tagged((constructed ? 0xa0 : 0x80) | number, ...content),
};

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}
