/** A big-endian Berkeley DB of one package that lists this many files without a name in one long directory. */
export function crowdedBerkeleyDb(files: number, directoryLength: number): Buffer {
  const text = (value: string) => Buffer.from(`${value}\0`);
  const fields: readonly (readonly [tag: number, type: number, count: number, data: Buffer])[] = [
    [1000, 6, 1, text('crowded')],
    [1001, 6, 1, text('1')],
    [1002, 6, 1, text('1')],
    [1116, 4, files, Buffer.alloc(files * 4)],
    [1117, 8, files, Buffer.alloc(files)],
    [1118, 8, 1, text('/'.repeat(directoryLength))],
  ];
  const index = Buffer.alloc(8 + fields.length * 16);
  const dataBytes = fields.reduce((sum, [, , , data]) => sum + data.length, 0);
  index.writeUInt32BE(fields.length, 0);
  index.writeUInt32BE(dataBytes, 4);
  let offset = 0;
  fields.forEach(([tag, type, count, data], at) => {
    [tag, type, offset, count].forEach((number, part) => {
      index.writeUInt32BE(number, 8 + at * 16 + part * 4);
    });
    offset += data.length;
  });
  const header = Buffer.concat([index, ...fields.map(([, , , data]) => data)]);
  return inBerkeleyDb(header);
}

function inBerkeleyDb(value: Buffer): Buffer {
  const pageBytes = 65536;
  const room = pageBytes - 26;
  const chain = Math.ceil(value.length / room);
  const content = Buffer.alloc((chain + 2) * pageBytes);
  content.writeUInt32BE(0x061561, 12);
  content.writeUInt32BE(pageBytes, 20);
  content.writeUInt32BE(chain + 1, 32);
  content.writeUInt16BE(2, pageBytes + 20);
  content[pageBytes + 25] = 13;
  content.writeUInt16BE(pageBytes - 1, pageBytes + 26);
  content.writeUInt16BE(pageBytes - 13, pageBytes + 28);
  content[2 * pageBytes - 13] = 3;
  content.writeUInt32BE(2, 2 * pageBytes - 9);
  content.writeUInt32BE(value.length, 2 * pageBytes - 5);
  for (let at = 0; at < chain; at += 1) {
    const start = (at + 2) * pageBytes;
    const part = value.subarray(at * room, (at + 1) * room);
    content.writeUInt32BE(at + 3, start + 16);
    content.writeUInt16BE(part.length, start + 22);
    content[start + 25] = 7;
    part.copy(content, start + 26);
  }
  return content;
}
