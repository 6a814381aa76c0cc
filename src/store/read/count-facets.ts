import type { Facet } from './image-facets.ts';

/** Rows that are alike in everything that is offered as a facet. */
export interface AlikeRows {
  readonly count: number;
}

/** A filter that is offered with counts: the values that let a row through, and whether the filter does. */
export interface FacetOf<Group> {
  readonly name: string;
  readonly read: (group: Group) => string | readonly string[];
  readonly passes: (group: Group) => boolean;
}

/** How many rows each value of a filter would leave, the other filters as they are; the most frequent first. */
export function countFacets<Group extends AlikeRows>(
  groups: readonly Group[],
  offered: readonly FacetOf<Group>[],
): Facet[] {
  return offered.map(({ name, read }) => {
    const others = offered.filter((other) => other.name !== name);
    const counts = new Map<string, number>();
    for (const group of groups) {
      if (others.every(({ passes }) => passes(group)))
        for (const value of [read(group)].flat()) counts.set(value, (counts.get(value) ?? 0) + group.count);
    }
    const values = [...counts].map(([value, count]) => ({ value, count }));
    return { name, values: values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)) };
  });
}
