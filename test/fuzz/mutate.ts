import type { Random } from './random.ts';

type Mutation = (content: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

/** Bytes that mean something to some format: ends of numbers' ranges, delimiters, magic numbers, escapes. */
const tellingBytes = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x22, 0x27, 0x28, 0x2e, 0x2f, 0x3a, 0x5b, 0x5c, 0x7b, 0x7d,
];
const tellingNumbers = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 16 - 1, 2 ** 24, 2 ** 30];
const tellingTexts = [
  '99999999999999999999',
  '-1',
  '0',
  '1e309',
  '18446744073709551616',
  '../../../../etc/passwd',
  '__proto__',
  'constructor',
  '\ud800',
  '\u0000',
  '%00',
  'null',
  '"'.repeat(50),
  '['.repeat(200),
  '{"a":'.repeat(200),
  '('.repeat(200),
  '<a>'.repeat(200),
  'a'.repeat(5000),
  ' '.repeat(5000),
  '\n'.repeat(5000),
  '1.'.repeat(2000),
  '$\u007bx}'.repeat(200),
  '&a;'.repeat(200),
];

/** Where a change is likely to matter: the beginning, the end, anywhere. */
function place(length: number, random: Random): number {
  const near = Math.min(length, 512);
  if (random.chance(0.4)) return random.below(near);
  return random.chance(0.3) ? length - 1 - random.below(near) : random.below(length);
}

const mutations: readonly Mutation[] = [
  function flipBits(content, random) {
    const changed = Buffer.from(content);
    for (let turn = 1 + random.below(8); turn > 0 && changed.length > 0; turn -= 1) {
      const at = place(changed.length, random);
      changed[at] = (changed[at] as number) ^ (1 << random.below(8));
    }
    return changed;
  },
  function setBytes(content, random) {
    const changed = Buffer.from(content);
    for (let turn = 1 + random.below(4); turn > 0 && changed.length > 0; turn -= 1)
      changed[place(changed.length, random)] = random.pick(tellingBytes);
    return changed;
  },
  function cutShort(content, random) {
    return content.subarray(0, random.below(content.length));
  },
  function cutOut(content, random) {
    const from = place(content.length, random);
    return Buffer.concat([content.subarray(0, from), content.subarray(from + 1 + random.below(content.length - from))]);
  },
  function duplicate(content, random) {
    const from = place(content.length, random);
    const part = content.subarray(from, from + 1 + random.below(4096));
    const times = 1 + random.below(random.chance(0.1) ? 500 : 5);
    return Buffer.concat([content.subarray(0, from), ...Array<Buffer>(times).fill(part), content.subarray(from)]);
  },
  function splice(content, random, others) {
    const other = random.pick(others);
    const from = random.below(other.length);
    const part = other.subarray(from, from + 1 + random.below(8192));
    const at = place(content.length, random);
    return Buffer.concat([content.subarray(0, at), part, content.subarray(random.chance(0.5) ? at : at + part.length)]);
  },
  function hugeNumber(content, random) {
    if (content.length < 8) return content;
    const changed = Buffer.from(content);
    const at = Math.min(place(changed.length, random), changed.length - 4);
    const value = random.pick(tellingNumbers);
    if (random.chance(0.5)) changed.writeInt32LE(value | 0, at);
    else changed.writeInt32BE(value | 0, at);
    return changed;
  },
  function changeDigits(content, random) {
    const from = place(content.length, random);
    const found = content.subarray(from, from + 4096).findIndex((byte) => byte >= 0x30 && byte <= 0x39);
    if (found < 0) return content;
    let end = from + found;
    while (end < content.length && (content[end] as number) >= 0x30 && (content[end] as number) <= 0x39) end += 1;
    const number = Buffer.from(random.pick(tellingTexts.slice(0, 5)));
    return Buffer.concat([content.subarray(0, from + found), number, content.subarray(end)]);
  },
  function insertText(content, random) {
    const at = place(content.length, random);
    return Buffer.concat([content.subarray(0, at), Buffer.from(random.pick(tellingTexts)), content.subarray(at)]);
  },
  function fill(content, random) {
    const changed = Buffer.from(content);
    const from = place(content.length, random);
    return changed.fill(random.pick(tellingBytes), from, Math.min(from + 1 + random.below(600), content.length));
  },
  function swapLines(content, random) {
    const lines = content.subarray(0, 200_000).toString('latin1').split('\n');
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

/** Beyond this a mutant grows no further: what takes long only because it is large tells nothing. */
const maxBytes = 24 * 2 ** 20;

/** A file that is nearly a real one. */
export function mutate(content: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  let mutant = content;
  for (let turn = 1 + random.below(4); turn > 0; turn -= 1) {
    const next = random.pick(mutations)(mutant.length > 0 ? mutant : content, random, others);
    if (next.length <= maxBytes) mutant = next;
  }
  return mutant;
}
