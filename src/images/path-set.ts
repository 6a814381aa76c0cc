/**
 * A 53-bit hash of a path: two 32-bit multiplicative hashes side by side. A layer keeps the hash of every path it
 * holds, so that hiding is exact without keeping the paths; by the birthday bound, asking for 100,000 facts among a
 * million paths errs once in about 90,000 images.
 */
export function pathHash(path: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** Sorted hashes: 8 bytes a path. */
export type PathSet = Float64Array;

/** Collects hashes in a growing typed array; a plain array of numbers takes twice the memory while it grows. */
export class PathSetBuilder {
  #hashes = new Float64Array(1024);
  #length = 0;

  get size(): number {
    return this.#length;
  }

  add(path: string): void {
    if (this.#length === this.#hashes.length) {
      const larger = new Float64Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#length] = pathHash(path);
    this.#length += 1;
  }

  build(): PathSet {
    return this.#hashes.slice(0, this.#length).sort();
  }
}

export function hasPath(set: PathSet, path: string): boolean {
  return set.length > 0 && hasHash(set, pathHash(path));
}

export function hasHash(set: PathSet, wanted: number): boolean {
  let from = 0;
  let to = set.length - 1;
  while (from <= to) {
    const middle = (from + to) >>> 1;
    const value = set[middle] as number;
    if (value === wanted) return true;
    if (value < wanted) from = middle + 1;
    else to = middle - 1;
  }
  return false;
}
