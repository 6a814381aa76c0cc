/** ELF, PE (`MZ`), Mach-O in either byte order and its universal form. */
export function isExecutableFormat(head: Buffer): boolean {
  if (head.length < 4) return false;
  const magic = head.readUInt32BE(0);
  return (
    magic === 0x7f454c46 ||
    magic >>> 16 === 0x4d5a ||
    magic === 0xfeedface ||
    magic === 0xfeedfacf ||
    magic === 0xcefaedfe ||
    magic === 0xcffaedfe ||
    magic === 0xcafebabe
  );
}
