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

function text(a: string, b: string): number {
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
  (version) =>
    /^\s*\d+(?:\.[0-9a-z]+)*(?:-[0-9a-z-]+(?:\.[0-9a-z-]+)*)?\s*$/i.test(version)
      ? (version.replaceAll('-', '.pre.').match(/\d+|[a-z]+/gi) ?? []).map(part)
      : undefined,
  (a, b) => {
    for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
      const [left, right] = [a[at] ?? 0, b[at] ?? 0];
      const order = typeof left === typeof right ? compareParts(left, right) : typeof left === 'string' ? -1 : 1;
      if (order !== 0) return order;
    }
    return 0;
  },
);
