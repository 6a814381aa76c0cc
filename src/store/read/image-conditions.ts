import { type RawBuilder, sql } from 'kysely';
import { type Severity, severities } from '../../model/severity.ts';
import type { Store } from '../tables.ts';
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

/** Rows of `component` that a filter's package or flaw means, where many images hold one of them. */
export interface FrequentComponents {
  readonly package?: readonly number[];
  readonly vulnerability?: readonly number[];
}

/**
 * A page of what many images have is read along the order of the list until it is full; of what few have, by the inverted
 * index. The database cannot tell how many hold one of so many components; the prepared counts can.
 */
export async function readFrequent(store: Store, filter: ImageFilter): Promise<FrequentComponents> {
  const { package: named, vulnerability } = filter;
  const [ofPackage, ofFlaw] = await Promise.all([
    named ? frequent(store, componentsNamed(named), packageImages(named)) : undefined,
    vulnerability ? frequentWith(store, flawsNamed(vulnerability)) : undefined,
  ]);
  return { ...(ofPackage && { package: ofPackage }), ...(ofFlaw && { vulnerability: ofFlaw }) };
}

/** Components in which one of these flaws is, where many images hold one of them; undefined where few do. */
export function frequentWith(store: Store, flaws: RawBuilder<unknown>): Promise<readonly number[] | undefined> {
  const images = sql<number>`SELECT max(images) FROM flaw_summary WHERE flaw IN (${flaws})`;
  return frequent(store, sql`SELECT component FROM candidate WHERE flaw IN (${flaws})`, images);
}

function packageImages(text: string): RawBuilder<number> {
  const at = text.lastIndexOf('@');
  const name = at > 0 ? text.slice(0, at) : text;
  return sql<number>`SELECT max(images) FROM package_summary WHERE name = ANY(${[text, name]}::text[])`;
}

async function frequent(
  store: Store,
  components: RawBuilder<unknown>,
  images: RawBuilder<number>,
): Promise<readonly number[] | undefined> {
  const { rows } = await sql<{ components: number[] }>`SELECT ARRAY(${components}) AS components
    WHERE (${images}) * 10 > (SELECT reltuples FROM pg_class WHERE oid = 'image'::regclass)`.execute(store);
  return rows[0]?.components;
}

/**
 * Conditions over `image AS i` and `image_summary AS s`, by the filter that each stands for. `known` is for a page; a look
 * at all images that pass needs none.
 */
export function imageConditions(
  filter: ImageFilter,
  visibility: Visibility,
  known: FrequentComponents = {},
): ReadonlyMap<string, Condition> {
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
  if (filter.package) {
    const held = known.package ? arrayOf(known.package) : sql`ARRAY(${componentsNamed(filter.package)})`;
    conditions.set('package', sql<boolean>`i.id IN (SELECT image FROM image_components WHERE components && ${held})`);
  }
  if (filter.vulnerability) {
    const images = imagesWithFlaw(flawsNamed(filter.vulnerability), known.vulnerability);
    conditions.set('vulnerability', sql<boolean>`i.id IN (${images})`);
  }
  return conditions;
}

export function allOf(conditions: Iterable<Condition>): Condition {
  return sql<boolean>`${sql.join([...conditions], sql` AND `)}`;
}

/**
 * Part of what an image is called in a place that the caller sees, with its host and tags; the beginning of a digest. The
 * names that are kept beside an image find it; where it lies now decides. A caller finds by what the caller sees, nothing else.
 */
function isNamed(q: string, visibility: Visibility): Condition {
  const part = containsPattern(q);
  const lies = sql<boolean>`EXISTS (SELECT FROM placement JOIN repository ON repository.id = placement.repository
      JOIN registry ON registry.id = repository.registry
      LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image
    WHERE placement.image = i.id AND ${placementVisible(visibility, 'placement')}
      AND registry.host || '/' || repository.name || coalesce(':' || tag.name, '') ILIKE ${part})`;
  const byName =
    visibility === 'everything'
      ? sql`i.name ILIKE ${part} OR (i.words ILIKE ${part} AND ${lies})`
      : sql`((i.name ILIKE ${part} OR i.words ILIKE ${part}) AND ${lies})`;
  const digest = /^(sha256:)?([0-9a-f]{4,64})$/i.exec(q)?.[2];
  const byDigest = digest ? sql` OR i.digest LIKE ${startsPattern(`sha256:${digest.toLowerCase()}`)}` : sql``;
  return sql<boolean>`(${byName}${byDigest})`;
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
function componentsNamed(text: string): RawBuilder<number> {
  const at = text.lastIndexOf('@');
  const exact = at > 0 ? sql` OR (name = ${text.slice(0, at)} AND version = ${text.slice(at + 1)})` : sql``;
  return sql<number>`SELECT id FROM component WHERE name = ${text}${exact}`;
}

function arrayOf(rows: readonly number[]): RawBuilder<unknown> {
  return sql`${rows}::int[]`;
}

export function flawsNamed(id: string): RawBuilder<number> {
  return sql<number>`SELECT id FROM flaw WHERE name = ${id} OR aliases @> ARRAY[${id}]::text[]`;
}

/** Images in which at least one finding of one of these flaws stands; `components` that have it, where they are known. */
export function imagesWithFlaw(flaws: RawBuilder<number>, components?: readonly number[]): RawBuilder<number> {
  return sql<number>`SELECT held.image FROM image_components AS held WHERE ${standsIn('held', flaws, components)}`;
}

/** True for a row of `image_components` in whose image a finding of one of these flaws stands. */
export function standsIn(held: string, flaws: RawBuilder<number>, components?: readonly number[]): Condition {
  const having = components
    ? arrayOf(components)
    : sql`ARRAY(SELECT component FROM candidate WHERE flaw IN (${flaws}))`;
  return sql<boolean>`${sql.ref(`${held}.components`)} && ${having}
    AND ${sql.ref(`${held}.image`)} NOT IN (${imagesExcepted(flaws)})`;
}

/** Images in which exceptions cover every finding of these flaws. */
function imagesExcepted(flaws: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`SELECT covered.image FROM excepted AS covered WHERE covered.flaw IN (${flaws})
    GROUP BY covered.image HAVING count(*) >= (
      SELECT count(*) FROM image_components AS all_of_it, unnest(all_of_it.components) AS part
        JOIN candidate ON candidate.component = part AND candidate.flaw IN (${flaws})
      WHERE all_of_it.image = covered.image)`;
}
