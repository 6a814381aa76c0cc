import { type Order, text } from './orders.ts';

/** The orders of the three package managers, as their own manuals tell them; see `orders.ts`. */

/** deb-version(7): runs of anything but digits and runs of digits in turn; a tilde comes before the end, letters before all else. */
export const debianOrder: Order = (a, b) => {
  const [left, right] = [a, b].map((version) => {
    const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.+)$/.exec(version) ?? [];
    const hyphen = rest.lastIndexOf('-');
    return [epoch, hyphen < 0 ? rest : rest.slice(0, hyphen), hyphen < 0 ? '0' : rest.slice(hyphen + 1)];
  }) as [string[], string[]];
  for (const [at, part] of left.entries()) {
    const order = compareDebianPart(part, right[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
};

function compareDebianPart(a: string, b: string): number {
  const [left, right] = [a, b].map((part) => [...(part.match(/\D+|\d+/g) ?? [])]) as [string[], string[]];
  // Words and numbers in turn, a word first.
  for (const parts of [left, right]) if (/^\d/.test(parts[0] ?? '')) parts.unshift('');
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x, y] = [left[at] ?? '', right[at] ?? ''];
    const order = at % 2 === 1 ? Number(BigInt(x || 0) - BigInt(y || 0)) : text(debianWord(x), debianWord(y));
    if (order !== 0) return order;
  }
  return 0;
}

/** Spelled so that plain text order is the right one. */
function debianWord(word: string): string {
  const ranked = Array.from(word, (letter) =>
    letter === '~' ? '\x01' : /[a-z]/i.test(letter) ? letter : `\x7f${letter}`,
  );
  return `${ranked.join('')}\x02`;
}

/** rpmvercmp: segments of digits or letters, digits newer; a tilde is older than the end, a caret newer than it. */
export const rpmOrder: Order = (a, b) => {
  const [left, right] = [a, b].map((version) => {
    const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.+)$/.exec(version) ?? [];
    const hyphen = rest.lastIndexOf('-');
    return [epoch, hyphen < 0 ? rest : rest.slice(0, hyphen), hyphen < 0 ? '' : rest.slice(hyphen + 1)];
  }) as [string[], string[]];
  for (const [at, part] of left.entries()) {
    const order = compareRpmPart(part, right[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
};

function compareRpmPart(a: string, b: string): number {
  const [left, right] = [a, b].map((part) => [...(part.match(/~|\^|\d+|[a-z]+/gi) ?? [])]) as [string[], string[]];
  for (let at = 0; ; at += 1) {
    const [x, y] = [left[at], right[at]];
    const order = rpmKind(x) - rpmKind(y);
    if (order !== 0) return order;
    if (x === undefined || y === undefined) return 0;
    const inner = /^\d/.test(x) ? Number(BigInt(x) - BigInt(y)) : text(x, y);
    if (inner !== 0) return inner;
  }
}

function rpmKind(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (segment === '~') return 0;
  if (segment === '^') return 2;
  return /^\d/.test(segment) ? 4 : 3;
}

/** apk-package(5): numbers, a letter, suffixes before or after the release, a revision. */
export const alpineOrder: Order = (a, b) => {
  const [left, right] = [alpineKey(a), alpineKey(b)];
  if (!left || !right) return undefined;
  return compareNumbers(left.numbers, right.numbers) || text(left.letter, right.letter) || compareSuffixes(left, right);
};

interface AlpineKey {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly (readonly [rank: number, count: number])[];
  readonly revision: number;
}
const suffixRanks = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];

function alpineKey(version: string): AlpineKey | undefined {
  const [, numbers, letter = '', suffixes = '', revision = '-1'] =
    /^(\d+(?:\.\d+)*)([a-z]\d*)?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:-r(\d+))?$/.exec(version) ?? [];
  if (numbers === undefined) return undefined;
  return {
    numbers: numbers.split('.'),
    letter: letter.replace(/\d+$/, (digits) => digits.padStart(6, '0')),
    suffixes: Array.from(suffixes.matchAll(/_([a-z]+)(\d*)/g), ([, word = '', count]) => [
      suffixRanks.indexOf(word),
      Number(count || 0),
    ]),
    revision: Number(revision),
  };
}

/** A number with a leading zero is a decimal fraction, unless it is the first. */
function compareNumbers(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [x, y] = [a[at], b[at]];
    if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
    const isFraction = at > 0 && (x.startsWith('0') || y.startsWith('0'));
    const order = isFraction ? text(x, y) : Number(BigInt(x) - BigInt(y));
    if (order !== 0) return order;
  }
  return 0;
}

function compareSuffixes(a: AlpineKey, b: AlpineKey): number {
  for (let at = 0; at < Math.max(a.suffixes.length, b.suffixes.length); at += 1) {
    const [rankA, countA] = a.suffixes[at] ?? [4, 0];
    const [rankB, countB] = b.suffixes[at] ?? [4, 0];
    if (rankA !== rankB || countA !== countB) return rankA - rankB || countA - countB;
  }
  return a.revision - b.revision;
}
