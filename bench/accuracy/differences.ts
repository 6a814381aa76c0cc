import { keyOf, type ListedFlaw, type ListedPackage, type Listing } from './listing.ts';

/** One thing that one of two tools says and the other does not. */
export interface Difference {
  readonly kind: 'package' | 'place' | 'flaw';
  /** Who alone says it. */
  readonly only: 'ours' | 'theirs';
  readonly peer: string;
  readonly image: string;
  readonly item: ListedPackage & { readonly ids: readonly string[] };
}

export interface Comparison {
  /** Package versions that both list, and flaws of them that both report. */
  readonly shared: { readonly packages: number; readonly flaws: number };
  readonly differences: readonly Difference[];
}

/** Package versions first; the places of those that both list; flaws whatever the place. */
export function compareListings(image: string, ours: Listing, theirs: Listing): Comparison {
  const difference = (
    kind: Difference['kind'],
    only: Difference['only'],
    item: ListedPackage,
    ids: readonly string[] = [],
  ) => ({
    kind,
    only,
    peer: theirs.tool,
    image,
    item: { ...item, ids },
  });
  const differences: Difference[] = [];
  const our = Map.groupBy(ours.packages, keyOf);
  const their = Map.groupBy(theirs.packages, keyOf);
  if (theirs.packages.length > 0) {
    for (const [key, [first]] of our)
      if (first && !their.has(key)) differences.push(difference('package', 'ours', first));
    for (const [key, [first]] of their)
      if (first && !our.has(key)) differences.push(difference('package', 'theirs', first));
    for (const [key, places] of our) {
      const others = their.get(key);
      if (!others) continue;
      differences.push(...without(places, others).map((item) => difference('place', 'ours', item)));
      differences.push(...without(others, places).map((item) => difference('place', 'theirs', item)));
    }
  }
  const ourFlaws = ours.flaws ?? [];
  const theirFlaws = theirs.flaws ?? [];
  if (theirs.flaws) {
    const place = (flaw: ListedFlaw) => ({ ...flaw, path: '' });
    for (const flaw of ourFlaws)
      if (!theirFlaws.some((other) => isSame(flaw, other)))
        differences.push(difference('flaw', 'ours', place(flaw), flaw.ids));
    for (const flaw of theirFlaws)
      if (!ourFlaws.some((other) => isSame(flaw, other)))
        differences.push(difference('flaw', 'theirs', place(flaw), flaw.ids));
  }
  return {
    shared: {
      packages: [...our.keys()].filter((key) => their.has(key)).length,
      flaws: ourFlaws.filter((flaw) => theirFlaws.some((other) => isSame(flaw, other))).length,
    },
    differences,
  };
}

function without(places: readonly ListedPackage[], others: readonly ListedPackage[]): readonly ListedPackage[] {
  const known = new Set(others.map(({ path }) => path));
  const seen = new Set<string>();
  return places.filter(({ path }) => !known.has(path) && !seen.has(path) && seen.add(path));
}

function isSame(flaw: ListedFlaw, other: ListedFlaw): boolean {
  return keyOf(flaw) === keyOf(other) && flaw.ids.some((id) => other.ids.includes(id));
}
