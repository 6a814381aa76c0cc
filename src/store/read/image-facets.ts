import { sql } from 'kysely';
import { type Severity, severities } from '../../model/severity.ts';
import type { Store } from '../tables.ts';
import { allOf, type Condition, type ImageFilter, imageConditions, isPartial } from './image-conditions.ts';
import { placementVisible, type Visibility } from './visibility.ts';

export interface Facet {
  readonly name: string;
  readonly values: { readonly value: string; readonly count: number }[];
}

/** Images that are alike in everything that is offered as a facet, except in where they lie. */
interface Alike {
  readonly count: number;
  readonly state: string;
  readonly os: string | null;
  readonly end_of_life: boolean;
  readonly partial: boolean;
  readonly fixable: boolean;
  readonly exploited: boolean;
  readonly severities: boolean[];
}

const placeFilters = ['registry', 'repository'];
const ownFilters = ['state', 'os', 'severity', 'fixable', 'exploited', 'endOfLife', 'partial'];
const maxValues = 50;

/** How many images each value of a filter would leave, the others as they are. The most frequent fifty of each. */
export async function readImageFacets(store: Store, filter: ImageFilter, visibility: Visibility): Promise<Facet[]> {
  const conditions = imageConditions(filter, visibility);
  const [alike, places] = await Promise.all([
    groupAlike(store, except(conditions, ownFilters)),
    countPlaces(store, conditions, visibility),
  ]);
  return [...countOwn(alike, filter), ...places].map(({ name, values }) => ({
    name,
    values: values
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, maxValues),
  }));
}

/** One pass over the images leaves a few hundred groups, from which every facet follows. */
async function groupAlike(store: Store, condition: Condition): Promise<readonly Alike[]> {
  const { rows } =
    await sql<Alike>`SELECT count(*)::int AS count, i.state, i.os, coalesce(i.end_of_life, false) AS end_of_life, ${isPartial} AS partial,
      s.fixable > 0 AS fixable, s.exploited > 0 AS exploited,
      ARRAY[${sql.join(severities.map((severity) => sql`${sql.ref(`s.${severity}`)} > 0`))}] AS severities
    FROM image AS i JOIN image_summary AS s ON s.image = i.id WHERE ${condition} GROUP BY 2, 3, 4, 5, 6, 7, 8`.execute(
      store,
    );
  return rows;
}

function countOwn(alike: readonly Alike[], filter: ImageFilter): Facet[] {
  const passes: Readonly<Record<string, (group: Alike) => boolean>> = {
    state: ({ state }) => (filter.state?.length ? filter.state.includes(state) : state !== 'artifact'),
    os: ({ os }) => !filter.os?.length || (os !== null && filter.os.includes(os)),
    severity: (group) => !filter.severity?.length || filter.severity.some((severity) => has(group, severity)),
    fixable: ({ fixable }) => filter.fixable === undefined || fixable === filter.fixable,
    exploited: ({ exploited }) => filter.exploited === undefined || exploited === filter.exploited,
    endOfLife: ({ end_of_life }) => filter.endOfLife === undefined || end_of_life === filter.endOfLife,
    partial: ({ partial }) => filter.partial === undefined || partial === filter.partial,
  };
  const facet = (name: string, valuesOf: (group: Alike) => readonly string[]): Facet => {
    const others = Object.entries(passes).flatMap(([each, passesIt]) => (each === name ? [] : [passesIt]));
    const counts = new Map<string, number>();
    for (const group of alike.filter((each) => others.every((passesIt) => passesIt(each))))
      for (const value of valuesOf(group)) counts.set(value, (counts.get(value) ?? 0) + group.count);
    return { name, values: [...counts].map(([value, count]) => ({ value, count })) };
  };
  return [
    facet('state', ({ state }) => [state]),
    facet('os', ({ os }) => (os === null ? [] : [os])),
    facet('severity', (group) => severities.filter((severity) => has(group, severity))),
    facet('fixable', ({ fixable }) => [String(fixable)]),
    facet('exploited', ({ exploited }) => [String(exploited)]),
    facet('endOfLife', ({ end_of_life }) => [String(end_of_life)]),
    facet('partial', ({ partial }) => [String(partial)]),
  ];
}

function has({ severities: present }: Alike, severity: Severity): boolean {
  return present[severities.indexOf(severity)] ?? false;
}

/** An image that lies in two repositories of a registry counts once for the registry. */
async function countPlaces(
  store: Store,
  conditions: ReadonlyMap<string, Condition>,
  visibility: Visibility,
): Promise<Facet[]> {
  const ok = (name: string) => conditions.get(name) ?? sql<boolean>`true`;
  const { rows } = await sql<{
    registry: string;
    repository: string | null;
    of_registry: number;
    of_repository: number;
  }>`
    WITH matching AS MATERIALIZED (
      SELECT i.id, ${ok('registry')} AS in_registry, ${ok('repository')} AS in_repository
      FROM image AS i JOIN image_summary AS s ON s.image = i.id WHERE ${except(conditions, placeFilters)}),
    placed AS (
      SELECT placement.repository, count(*) FILTER (WHERE in_registry)::int AS count
      FROM matching JOIN placement ON placement.image = matching.id WHERE ${placementVisible(visibility, 'placement')} GROUP BY 1),
    lying AS (
      SELECT registry, count(*)::int AS count FROM (
        SELECT DISTINCT repository.registry, matching.id FROM matching JOIN placement ON placement.image = matching.id
          JOIN repository ON repository.id = placement.repository
        WHERE in_repository AND ${placementVisible(visibility, 'placement')}) AS once GROUP BY 1)
    SELECT registry.name AS registry, NULL AS repository, lying.count AS of_registry, 0 AS of_repository
      FROM lying JOIN registry ON registry.id = lying.registry
    UNION ALL (SELECT registry.name, registry.name || '/' || repository.name, 0, placed.count
      FROM placed JOIN repository ON repository.id = placed.repository JOIN registry ON registry.id = repository.registry
      ORDER BY placed.count DESC, 2 LIMIT ${maxValues})`.execute(store);
  const registries = rows.filter(({ repository }) => repository === null);
  return [
    {
      name: 'registry',
      values: registries.map(({ registry, of_registry }) => ({ value: registry, count: of_registry })),
    },
    {
      name: 'repository',
      values: rows.flatMap(({ repository, of_repository }) =>
        repository === null ? [] : [{ value: repository, count: of_repository }],
      ),
    },
  ];
}

function except(conditions: ReadonlyMap<string, Condition>, names: readonly string[]): Condition {
  return allOf([...conditions].filter(([name]) => !names.includes(name)).map(([, condition]) => condition));
}
