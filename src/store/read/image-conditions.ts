import { type RawBuilder, sql } from 'kysely';
import { type Severity, severities } from '../../model/severity.ts';
import { containsPattern, startsPattern } from './patterns.ts';
import { imageVisible, placementVisible, type Visibility } from './visibility.ts';

export interface ImageFilter {
  readonly q?: string | undefined;
  readonly registry?: readonly string[] | undefined;
  readonly repository?: readonly string[] | undefined;
  readonly state?: readonly string[] | undefined;
  readonly os?: readonly string[] | undefined;
  readonly severity?: readonly Severity[] | undefined;
  readonly fixable?: boolean | undefined;
  readonly exploited?: boolean | undefined;
  readonly endOfLife?: boolean | undefined;
  readonly package?: string | undefined;
  readonly vulnerability?: string | undefined;
}

export type Condition = RawBuilder<boolean>;

/** Conditions over `image AS i` and `image_summary AS s`, by the filter that each stands for. */
export function imageConditions(filter: ImageFilter, visibility: Visibility): ReadonlyMap<string, Condition> {
  const { q, registry, repository, state, os, severity, fixable, exploited, endOfLife } = filter;
  const conditions = new Map<string, Condition>([
    ['there', sql<boolean>`i.gone IS NULL`],
    ['visible', imageVisible(visibility, 'i.id')],
  ]);
  const words = q?.trim();
  if (words) conditions.set('q', isNamed(words, visibility));
  if (registry?.length)
    conditions.set('registry', liesWhere(visibility, sql<boolean>`registry.name = ANY(${registry}::text[])`));
  if (repository?.length)
    conditions.set(
      'repository',
      liesWhere(
        visibility,
        sql<boolean>`(repository.name = ANY(${repository}::text[])
          OR registry.name || '/' || repository.name = ANY(${repository}::text[]))`,
      ),
    );
  if (state?.length) conditions.set('state', sql<boolean>`i.state = ANY(${state}::text[])`);
  if (os?.length) conditions.set('os', sql<boolean>`i.os = ANY(${os}::text[])`);
  if (severity?.length) conditions.set('severity', hasSeverity(severity));
  if (fixable !== undefined) conditions.set('fixable', sql<boolean>`(s.fixable > 0) = ${fixable}`);
  if (exploited !== undefined) conditions.set('exploited', sql<boolean>`(s.exploited > 0) = ${exploited}`);
  if (endOfLife !== undefined) conditions.set('endOfLife', sql<boolean>`coalesce(i.end_of_life, false) = ${endOfLife}`);
  if (filter.package) conditions.set('package', sql<boolean>`i.id IN (${imagesWithPackage(filter.package)})`);
  if (filter.vulnerability)
    conditions.set('vulnerability', sql<boolean>`i.id IN (${imagesWithFlaw(flawsNamed(filter.vulnerability))})`);
  return conditions;
}

export function allOf(conditions: Iterable<Condition>): Condition {
  return sql<boolean>`${sql.join([...conditions], sql` AND `)}`;
}

/** One or two characters are in almost every name: nothing is gained by collecting all that have them first. */
function isNamed(words: string, visibility: Visibility): Condition {
  if (words.length < 3 && visibility === 'everything') return sql<boolean>`i.name ILIKE ${containsPattern(words)}`;
  return sql<boolean>`i.id IN (${imagesNamed(words, visibility)})`;
}

/** Part of a name, a tag, a place; the beginning of a digest. A caller finds by what the caller sees, nothing else. */
function imagesNamed(q: string, visibility: Visibility) {
  const part = containsPattern(q);
  const digest = /^(sha256:)?([0-9a-f]{4,64})$/i.exec(q)?.[2];
  const byDigest = digest
    ? sql`SELECT id FROM image WHERE digest LIKE ${startsPattern(`sha256:${digest.toLowerCase()}`)} UNION`
    : sql``;
  const byName = visibility === 'everything' ? sql`SELECT id FROM image WHERE name ILIKE ${part} UNION` : sql``;
  return sql`${byName} ${byDigest}
    SELECT tag.image FROM tag JOIN placement USING (repository, image)
      WHERE tag.name ILIKE ${part} AND ${placementVisible(visibility, 'placement')}
    UNION SELECT placement.image FROM registry JOIN repository ON repository.registry = registry.id
      JOIN placement ON placement.repository = repository.id
      WHERE registry.host || '/' || repository.name ILIKE ${part} AND ${placementVisible(visibility, 'placement')}`;
}

function liesWhere(visibility: Visibility, condition: Condition): Condition {
  return sql<boolean>`i.id IN (SELECT placement.image FROM registry JOIN repository ON repository.registry = registry.id
    JOIN placement ON placement.repository = repository.id
    WHERE ${condition} AND ${placementVisible(visibility, 'placement')})`;
}

function hasSeverity(wanted: readonly Severity[]): Condition {
  const columns = severities.filter((severity) => wanted.includes(severity));
  return sql<boolean>`(${sql.join(
    columns.map((severity) => sql`${sql.ref(`s.${severity}`)} > 0`),
    sql` OR `,
  )})`;
}

/** `name` or `name@version`; an npm name may begin with an `@` of its own. */
function imagesWithPackage(text: string) {
  const at = text.lastIndexOf('@');
  const exact = at > 0 ? sql` OR (name = ${text.slice(0, at)} AND version = ${text.slice(at + 1)})` : sql``;
  return sql`SELECT image FROM image_components
    WHERE components && ARRAY(SELECT id FROM component WHERE name = ${text}${exact})`;
}

export function flawsNamed(id: string): RawBuilder<number> {
  return sql<number>`SELECT id FROM flaw WHERE name = ${id} OR aliases @> ARRAY[${id}]::text[]`;
}

/** Images in which at least one finding of one of these flaws stands. */
export function imagesWithFlaw(flaws: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`SELECT held.image FROM image_components AS held
    WHERE held.components && ARRAY(SELECT component FROM candidate WHERE flaw IN (${flaws}))
      AND held.image NOT IN (${imagesExcepted(flaws)})`;
}

/** Images in which exceptions cover every finding of these flaws. */
function imagesExcepted(flaws: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`SELECT covered.image FROM excepted AS covered WHERE covered.flaw IN (${flaws})
    GROUP BY covered.image HAVING count(*) >= (
      SELECT count(*) FROM image_components AS all_of_it, unnest(all_of_it.components) AS part
        JOIN candidate ON candidate.component = part AND candidate.flaw IN (${flaws})
      WHERE all_of_it.image = covered.image)`;
}
