/**
 * The text constants of a compiled Java class: its name and everything it names. Format: The Java Virtual Machine
 * Specification, chapter 4, https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html
 */
export interface JavaClass {
  /** With slashes: `org/example/Main`. */
  readonly name: string;
  /** Its UTF-8 constants, in the order of the pool. */
  readonly texts: readonly string[];
}

/**
 * Bytes that follow the tag of each kind of constant (table 4.4-A); 0 for kinds that do not exist. UTF-8 (1) has its
 * own length.
 */
const sizes = [0, 0, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2];
const utf8Tag = 1;
const longTag = 5;
const doubleTag = 6;
const classTag = 7;

/** Undefined for anything that is no class file or is cut short. Looks no further than the constant pool. */
export function readJavaClass(content: Buffer): JavaClass | undefined {
  if (content.length < 10 || content.readUInt32BE(0) !== 0xcafebabe) return undefined;
  const count = content.readUInt16BE(8);
  const textAt = new Map<number, string>();
  const classAt = new Map<number, number>();
  let at = 10;
  for (let index = 1; index < count; index += 1) {
    if (at + 3 > content.length) return undefined;
    const tag = content.readUInt8(at);
    const size = tag === utf8Tag ? 2 + content.readUInt16BE(at + 1) : (sizes[tag] ?? 0);
    if (size === 0 || at + 1 + size > content.length) return undefined;
    if (tag === utf8Tag) textAt.set(index, content.toString('utf8', at + 3, at + 1 + size));
    if (tag === classTag) classAt.set(index, content.readUInt16BE(at + 1));
    // Eight-byte constants take two places in the pool (4.4.5).
    if (tag === longTag || tag === doubleTag) index += 1;
    at += 1 + size;
  }
  if (at + 4 > content.length) return undefined;
  const name = textAt.get(classAt.get(content.readUInt16BE(at + 2)) ?? 0);
  return name === undefined ? undefined : { name, texts: [...textAt.values()] };
}
