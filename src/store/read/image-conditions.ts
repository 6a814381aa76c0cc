import { type RawBuilder, sql } from 'kysely';
import { type Severity, severities } from '../../model/severity.ts';
import { prepared } from '../prepared.ts';
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
  /** Scanned, but something kept the result from being complete. */
  readonly partial?: boolean | undefined;
  readonly package?: string | undefined;
  readonly vulnerability?: string | undefined;
}

export type Condition = RawBuilder<boolean>;

/** Whether many images have what a filter asks for. */
export interface Frequent {
  readonly package?: boolean;
  readonly vulnerability?: boolean;
}

/**
 * A page of what many images have is read along the order of the list until it is full; of what few have, by the inverted
 * index. The database cannot tell how many hold one of so many components; the prepared counts can.
 */
export async function readFrequent(store: Store, { package: named, vulnerability }: ImageFilter): Promise<Frequent> {
  const [ofPackage, ofFlaw] = await Promise.all([
    named ? areMany(store, packageImages(named)) : false,
    vulnerability ? isFrequent(store, flawsNamed(vulnerability)) : false,
  ]);
  return { package: ofPackage, vulnerability: ofFlaw };
}

/** Whether many images have one of these flaws. */
export function isFrequent(store: Store, flaws: RawBuilder<unknown>): Promise<boolean> {
  return areMany(store, sql<number>`SELECT max(images) FROM flaw_summary WHERE flaw IN (${flaws})`);
}

function packageImages(text: string): RawBuilder<number> {
  const at = text.lastIndexOf('@');
  const name = at > 0 ? text.slice(0, at) : text;
  return sql<number>`SELECT max(images) FROM package_summary WHERE name = ANY(${[text, name]}::text[])`;
}

/** So few are quicker found by the index and sorted than met along a list. */
const fewAtLeast = 2_000;

async function areMany(store: Store, images: RawBuilder<number>): Promise<boolean> {
  const { rows } = await sql<{ many: boolean | null }>`${prepared}SELECT had.images > ${fewAtLeast}
      AND had.images * 10 > (SELECT reltuples FROM pg_class WHERE oid = 'image'::regclass) AS many
    FROM (SELECT (${images}) AS images) AS had`.execute(store);
  return rows[0]?.many ?? false;
}

/**
 * Conditions over `image AS i` and `image_summary AS s`, by the filter that each stands for. `frequent` is for a page; a
 * look at all images that pass goes by the indexes.
 */
export function imageConditions(
  filter: ImageFilter,
  visibility: Visibility,
  frequent: Frequent = {},
): ReadonlyMap<string, Condition> {
  const { q, registry, repository, state, os, severity, fixable, exploited, endOfLife, partial } = filter;
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
  conditions.set('state', state?.length ? sql<boolean>`i.state = ANY(${state}::text[])` : isImage);
  if (os?.length) conditions.set('os', sql<boolean>`i.os = ANY(${os}::text[])`);
  if (severity?.length) conditions.set('severity', hasSeverity(severity));
  if (fixable !== undefined) conditions.set('fixable', sql<boolean>`(s.fixable > 0) = ${fixable}`);
  if (exploited !== undefined) conditions.set('exploited', sql<boolean>`(s.exploited > 0) = ${exploited}`);
  if (endOfLife !== undefined) conditions.set('endOfLife', sql<boolean>`coalesce(i.end_of_life, false) = ${endOfLife}`);
  if (partial !== undefined) conditions.set('partial', sql<boolean>`${isPartial} = ${partial}`);
  if (filter.package) {
    const holds = holdsOneOf('held', componentsNamed(filter.package), frequent.package);
    conditions.set('package', inImage(holds, frequent.package));
  }
  if (filter.vulnerability) {
    const stands = standsIn('held', flawsNamed(filter.vulnerability), frequent.vulnerability);
    conditions.set('vulnerability', inImage(stands, frequent.vulnerability));
  }
  return conditions;
}

/** Of a row `i`: what is no image is among them only where it is asked for. */
export const isImage = sql<boolean>`i.state <> 'artifact'`;

/** Of an image `i`. */
export const isPartial = sql<boolean>`(i.state = 'scanned' AND i.problems > 0)`;

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
      AND concat_ws(' ', registry.host || '/' || repository.name || coalesce(':' || tag.name, ''), placement.uploaded) ILIKE ${part})`;
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

export function flawsNamed(id: string): RawBuilder<number> {
  return sql<number>`SELECT id FROM flaw WHERE name = ${id} OR aliases @> ARRAY[${id}]::text[]`;
}

/** Images in which at least one finding of one of these flaws stands. */
export function imagesWithFlaw(flaws: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`SELECT held.image FROM image_components AS held WHERE ${standsIn('held', flaws)}`;
}

/** True for a row of `image_components` in whose image a finding of one of these flaws stands. */
export function standsIn(held: string, flaws: RawBuilder<number>, frequent = false): Condition {
  const holds = holdsOneOf(held, sql<number>`SELECT component FROM candidate WHERE flaw IN (${flaws})`, frequent);
  return sql<boolean>`${holds} AND ${sql.ref(`${held}.image`)} NOT IN (${imagesExcepted(flaws)})`;
}

/** By the inverted index; for what is frequent row by row, which only a condition that no index answers makes sure of. */
function holdsOneOf(held: string, components: RawBuilder<number>, frequent = false): Condition {
  const overlaps = sql<boolean>`${sql.ref(`${held}.components`)} && ARRAY(${components})`;
  return frequent ? sql<boolean>`(SELECT ${overlaps})` : overlaps;
}

/** The same of the image `i`: looked up for each image as the list goes on, or all of them first. */
function inImage(condition: Condition, frequent = false): Condition {
  return frequent
    ? sql<boolean>`(SELECT ${condition} FROM image_components AS held WHERE held.image = i.id)`
    : sql<boolean>`i.id IN (SELECT held.image FROM image_components AS held WHERE ${condition})`;
}

/** Images in which exceptions cover every finding of these flaws. */
function imagesExcepted(flaws: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`SELECT covered.image FROM excepted AS covered WHERE covered.flaw IN (${flaws})
    GROUP BY covered.image HAVING count(*) >= (
      SELECT count(*) FROM image_components AS all_of_it, unnest(all_of_it.components) AS part
        JOIN candidate ON candidate.component = part AND candidate.flaw IN (${flaws})
      WHERE all_of_it.image = covered.image)`;
}
