/**
 * The orders of versions once more, written from their specifications and apart from the product's own, for tests that
 * compare the two. Short rather than fast. Each answers with a number below, at or above zero, or `undefined` where a
 * text is no version.
 */
export type Order = (a: string, b: string) => number | undefined;

/** Numbers, then texts. */
type Part = number | string;

function natural(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstOf<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number, missing: T): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = compare(a[at] ?? missing, b[at] ?? missing);
    if (order !== 0) return order;
  }
  return 0;
}

function byKey<K>(keyOf: (version: string) => K | undefined, compare: (a: K, b: K) => number): Order {
  const keys = new Map<string, K | undefined>();
  const known = (version: string) => {
    if (!keys.has(version)) keys.set(version, keyOf(version));
    return keys.get(version);
  };
  return (a, b) => {
    const [left, right] = [known(a), known(b)];
    return left === undefined || right === undefined ? undefined : compare(left, right);
  };
}

interface Semver {
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly Part[] | undefined;
}

/** https://semver.org/#spec-item-11, with as many numbers as are given. */
export const semverOrder = byKey(semverKey(/^[v=\s]*(\d+(?:\.\d+)*)(?:-([\w.-]+))?(?:\+.*)?$/), compareSemver);

/** node-semver's loose reading: `1.2.3beta`. */
export const npmOrder = byKey(
  semverKey(/^[v=\s]*(\d+(?:\.\d+){0,2})-?([a-z][\w.-]*|(?<=-)[\w.-]+)?(?:\+.*)?$/i),
  compareSemver,
);

/** Words in lower case; four numbers: https://learn.microsoft.com/nuget/concepts/package-versioning. */
export const nugetOrder: Order = (a, b) => semverOrder(a.toLowerCase(), b.toLowerCase());

function semverKey(pattern: RegExp) {
  return (version: string): Semver | undefined => {
    const [, numbers, prerelease] = pattern.exec(version) ?? [];
    if (numbers === undefined) return undefined;
    return { numbers: numbers.split('.').map(BigInt), prerelease: prerelease?.split('.').map(part) };
  };
}

function part(value: string): Part {
  return /^\d+$/.test(value) ? Number(value) : value;
}

function compareSemver(a: Semver, b: Semver): number {
  const order = firstOf(a.numbers, b.numbers, natural, 0n);
  if (order !== 0) return order;
  if (!a.prerelease || !b.prerelease) return Number(!a.prerelease) - Number(!b.prerelease);
  for (let at = 0; ; at += 1) {
    const [left, right] = [a.prerelease[at], b.prerelease[at]];
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
    const inner = compareParts(left, right);
    if (inner !== 0) return inner;
  }
}

function compareParts(a: Part, b: Part): number {
  if (typeof a === 'number' && typeof b === 'number') return natural(a, b);
  if (typeof a === 'string' && typeof b === 'string') return text(a, b);
  return typeof a === 'number' ? -1 : 1;
}

/** Semantic Versioning, but `-4` is the fourth rebuild of a release and newer than it. */
export const bitnamiOrder = byKey(
  (version) => {
    const [, release = '', rebuild = '0'] = /^(.*?)(?:-(\d+))?(?:\+.*)?$/.exec(version) ?? [];
    const semver = semverKey(/^(\d+(?:\.\d+){0,3})(?:-([a-z][\w.-]*|\d[\w.-]*))?$/i)(release);
    return semver && { semver, rebuild: BigInt(rebuild) };
  },
  (a, b) => compareSemver(a.semver, b.semver) || natural(a.rebuild, b.rebuild),
);

/** https://packaging.python.org/en/latest/specifications/version-specifiers/#appendix-parsing-version-strings-with-regular-expressions */
export const pythonOrder = byKey(
  (version) => {
    const match =
      /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?((?:-(\d+))|(?:[-_.]?(?:post|rev|r)[-_.]?(\d*)))?([-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i.exec(
        version,
      );
    if (!match) return undefined;
    const [, epoch = '0', release = '', word, preNumber, post, post1, post2, dev, devNumber, local] = match;
    const phase = word ? phases[word[0]?.toLowerCase() === 'p' ? 'r' : (word[0] ?? '').toLowerCase()] : undefined;
    const isDevOnly = phase === undefined && post === undefined && dev !== undefined;
    return {
      epoch: BigInt(epoch),
      release: release.split('.').map(BigInt),
      pre: [phase ?? (isDevOnly ? -1 : 9), Number(preNumber ?? 0)],
      post: post === undefined ? -1 : Number(post1 || post2 || 0),
      dev: dev === undefined ? Number.POSITIVE_INFINITY : Number(devNumber || 0),
      local: local?.toLowerCase().split(/[-_.]/).map(part),
    };
  },
  (a, b) =>
    natural(a.epoch, b.epoch) ||
    firstOf(a.release, b.release, natural, 0n) ||
    firstOf(a.pre, b.pre, natural, 0) ||
    natural(a.post, b.post) ||
    natural(a.dev, b.dev) ||
    compareLocal(a.local, b.local),
);
const phases: Readonly<Record<string, number>> = { a: 0, b: 1, c: 2, r: 2 };

function compareLocal(a: readonly Part[] | undefined, b: readonly Part[] | undefined): number {
  if (!a || !b) return Number(a !== undefined) - Number(b !== undefined);
  for (let at = 0; ; at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
    const inner = -compareParts(left, right);
    const order = typeof left === typeof right ? -inner : inner;
    if (order !== 0) return order;
  }
}

/** https://docs.ruby-lang.org/en/master/Gem/Version.html: words are older than numbers, and zeros before them or at the end do not count. */
export const gemOrder = byKey(
  (version) => {
    if (!/^\s*\d+(?:\.[0-9a-z]+)*(?:-[0-9a-z-]+(?:\.[0-9a-z-]+)*)?\s*$/i.test(version)) return undefined;
    const parts = (version.replaceAll('-', '.pre.').match(/\d+|[a-z]+/gi) ?? []).map(part);
    const word = parts.findIndex((each) => typeof each === 'string');
    return word < 0 ? parts : [...withoutZeros(parts.slice(0, word)), ...withoutZeros(parts.slice(word))];
  },
  (a, b) => {
    for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
      const [left, right] = [a[at] ?? 0, b[at] ?? 0];
      const order = typeof left === typeof right ? compareParts(left, right) : typeof left === 'string' ? -1 : 1;
      if (order !== 0) return order;
    }
    return 0;
  },
);

function withoutZeros(parts: readonly Part[]): readonly Part[] {
  return parts.slice(0, parts.findLastIndex((each) => each !== 0) + 1);
}

/** Composer: four numbers, then a stability with its own numbers; `-p1` is newer than the release. */
export const composerOrder = byKey(
  (version) => {
    const [, numbers, word, count = '0', more = '0'] =
      /^v?(\d+(?:\.\d+){0,3})(?:[._-]?(dev|alpha|a|beta|b|rc|stable|patch|pl|p)[.-]?(\d*)(?:[.-](\d+))?)?$/i.exec(
        version,
      ) ?? [];
    if (numbers === undefined) return undefined;
    const rank = word === undefined ? 4 : stabilities.indexOf((word.toLowerCase()[0] ?? '').replace('s', ''));
    return { numbers: numbers.split('.').map(Number), stability: [rank, Number(count), Number(more)] };
  },
  (a, b) => firstOf(a.numbers, b.numbers, natural, 0) || firstOf(a.stability, b.stability, natural, 0),
);
const stabilities = ['d', 'a', 'b', 'r', '', 'p'];

interface MavenToken {
  readonly prefix: string;
  /** A number, or a word by its rank and text. */
  readonly value: bigint | readonly [rank: number, word: string];
}

/** https://maven.apache.org/pom.html#version-order-specification */
export const mavenOrder = byKey(mavenKey, (a, b) => {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = compareMavenTokens(a[at] ?? padding(b[at]), b[at] ?? padding(a[at]));
    if (order !== 0) return order;
  }
  return 0;
});
const mavenWords = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const mavenSynonyms: Readonly<Record<string, string>> = { cr: 'rc', ga: '', final: '', release: '' };
const mavenShort: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

function mavenKey(version: string): readonly MavenToken[] | undefined {
  if (!/^[\w.+~-]*\d[\w.+~-]*$/.test(version)) return undefined;
  const marked = version.toLowerCase().replace(/(?<=\d)(?=[^\d.-])|(?<=[^\d.-])(?=\d)/g, '\0-');
  const tokens = Array.from(marked.matchAll(/(^|[.-])([^.-]*)/g), ([, prefix = '', raw = '']): MavenToken => {
    const beforeNumber = raw.endsWith('\0');
    const word = raw.replace('\0', '');
    return { prefix, value: /^\d*$/.test(word) ? BigInt(word || 0) : ranked(word, beforeNumber) };
  });
  return tokens.filter((_, at) => !isTrailing(tokens, at));
}

function ranked(word: string, beforeNumber: boolean): readonly [number, string] {
  const full = (beforeNumber && mavenShort[word]) || (mavenSynonyms[word] ?? word);
  const rank = mavenWords.indexOf(full);
  return rank < 0 ? [mavenWords.length, full] : [rank, ''];
}

/** Nothing but nulls until the next hyphen, or until the end. */
function isTrailing(tokens: readonly MavenToken[], at: number): boolean {
  for (const [index, { prefix, value }] of tokens.slice(at).entries()) {
    const isWord = typeof value !== 'bigint';
    if (index > 0 && (prefix === '-' || isWord)) return true;
    if (isWord ? value[0] !== 5 : value !== 0n) return false;
  }
  return true;
}

function padding(other: MavenToken | undefined): MavenToken {
  return other?.prefix === '.' && typeof other.value === 'bigint'
    ? { prefix: '.', value: 0n }
    : { prefix: other?.prefix ?? '', value: [5, ''] };
}

function compareMavenTokens(a: MavenToken, b: MavenToken): number {
  const [left, right] = [a.value, b.value];
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    return natural(Number(a.prefix !== '-'), Number(b.prefix !== '-')) || natural(left, right);
  }
  if (typeof left === 'bigint' || typeof right === 'bigint') return typeof left === 'bigint' ? 1 : -1;
  return natural(left[0], right[0]) || text(left[1], right[1]);
}

/** Feature, interim, update: `8u312`, `1.8.0-update_312` and `8.0.312` are one. */
export const javaOrder = byKey(
  (version) => {
    const [, numbers, rest = ''] = /^(\d+(?:[._]\d+|u\d+|[-:]update_?\d+)*)(.*)$/.exec(version) ?? [];
    if (numbers === undefined || !/^([-+].+)?$/.test(rest)) return undefined;
    const modern = numbers.replace(/^1\.(?=\d)/, '').replace(/^(\d+)u/, '$1.0.');
    return { numbers: (modern.match(/\d+/g) ?? []).map(Number), isTest: /^-(ea|beta|alpha|rc)/.test(rest) };
  },
  (a, b) => firstOf(a.numbers, b.numbers, natural, 0) || Number(b.isTest) - Number(a.isTest),
);

/**
 * Releases of programs without a package manager: numbers; a word for a test release makes it older, a letter or a
 * patch level newer, and anything else is a packager's.
 */
export const upstreamOrder = byKey(
  (version) => {
    const [, numbers, rest = ''] = /^v?(\d+(?:[._-]\d+)*)(.*)$/i.exec(version) ?? [];
    if (numbers === undefined || /^[0-9a-f]{20,}$/i.test(version)) return undefined;
    const [, word = '', count = '0', more = '0'] = /^[._~+-]?([a-z]*)[._-]?(\d*)(?:[._-](\d+))?/i.exec(rest) ?? [];
    const test = testWords.findIndex((words) => words.test(word.toLowerCase()));
    const isTest = test >= 0 && (word.length > 1 || count !== '');
    const isLetter = /^[a-z]{1,2}(?![a-z])/i.test(rest);
    const isPatch = /^(p|pl|patch|sp|r|u|update)$/i.test(word) && count !== '';
    const rank = isTest ? test - 10 : isLetter || isPatch ? 1 : 0;
    const detail = rank === 0 ? [] : [rank > 0 ? word.toLowerCase() : '', Number(count || 0), Number(more || 0)];
    return { numbers: numbers.split(/[._-]/).map(BigInt), rank, detail };
  },
  (a, b) =>
    firstOf(a.numbers, b.numbers, natural, 0n) ||
    natural(a.rank, b.rank) ||
    firstOf<Part>(a.detail, b.detail, (x, y) => (typeof x === typeof y ? compareParts(x, y) : 0), 0),
);
const testWords = [
  /^(dev|snapshot|nightly)$/,
  /^(a|alpha)$/,
  /^(b|beta)$/,
  /^(m|milestone)$/,
  /^(pre|preview|prerelease)$/,
  /^(c|cr|rc)$/,
];
