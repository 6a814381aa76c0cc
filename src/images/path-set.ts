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
  // Never 0, which marks free slots in tables of hashes.
  return 4294967296 * (2097151 & low) + (high >>> 0) || 1;
}

/** Sorted hashes: 8 bytes a path. */
export type PathSet = Float64Array;

const pieceLength = 32_768;

/** Collects hashes piece by piece: one growing array would be there twice while it grows. */
export class PathSetBuilder {
  readonly #pieces: Float64Array[] = [];
  #last = new Float64Array(256);
  #fill = 0;

  get size(): number {
    return this.#pieces.length * pieceLength + this.#fill;
  }

  add(path: string): void {
    this.addHash(pathHash(path));
  }

  addHash(hash: number): void {
    if (this.#fill === this.#last.length) this.#extend();
    this.#last[this.#fill] = hash;
    this.#fill += 1;
  }

  /** To be called once: the pieces are given up one by one. */
  build(): PathSet {
    const all = new Float64Array(this.size);
    all.set(this.#last.subarray(0, this.#fill), this.#pieces.length * pieceLength);
    for (let piece = this.#pieces.pop(); piece; piece = this.#pieces.pop())
      all.set(piece, this.#pieces.length * pieceLength);
    this.#fill = 0;
    return all.sort();
  }

  #extend(): void {
    if (this.#last.length < pieceLength) {
      const larger = new Float64Array(Math.min(pieceLength, this.#last.length * 4));
      larger.set(this.#last);
      this.#last = larger;
      return;
    }
    this.#pieces.push(this.#last);
    this.#last = new Float64Array(pieceLength);
    this.#fill = 0;
  }
}

/** Hashes without repetition: 11 to 21 bytes each, where a `Set` takes 60. */
export class HashSet {
  #slots = new Float64Array(256);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when it is there already. */
  add(hash: number): boolean {
    if (this.#size * 4 >= this.#slots.length * 3) this.#grow();
    if (!this.#put(hash)) return false;
    this.#size += 1;
    return true;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const hash of this.#slots) if (hash !== 0) yield hash;
  }

  #put(hash: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (; slots[at] !== 0; at = (at + 1) & mask) if (slots[at] === hash) return false;
    slots[at] = hash;
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const hash of old) if (hash !== 0) this.#put(hash);
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
