import { type RawBuilder, sql } from 'kysely';
import { isAmong } from '../is-among.ts';
import { numbersOf } from '../number-list.ts';
import { prepared } from '../prepared.ts';
import { type Reach, readReach } from '../reach.ts';
import { rememberShortly } from '../short-memory.ts';
import type { Store } from '../tables.ts';
import { globPattern } from './patterns.ts';

/** What of a grant decides where it holds. */
export interface ScopedGrant {
  readonly role: string;
  readonly scope: { readonly kind: string; readonly value?: string | undefined };
}

/**
 * What a caller may see: everything, or the images that lie in these repositories, or were uploaded for them. An image
 * that belongs nowhere (an upload without a registry) is only for those who may see everything.
 */
export type Visibility = 'everything' | VisiblePart;

export interface VisiblePart {
  readonly repositories: readonly number[];
  /** The same as grants say it. Whoever sees nothing has none. */
  readonly reach?: Reach;
  /** Where what is counted for that reach is kept; without it, the caller counts at each look. */
  readonly counted?: number;
}

/** The reach of a caller's grants; of some roles only, when they are given. Every role may also see. */
export async function visibleTo(
  store: Store,
  grants: readonly ScopedGrant[],
  roles?: readonly string[],
): Promise<Visibility> {
  const held = grants.filter(({ role }) => !roles || roles.includes(role)).map(({ scope }) => scope);
  if (held.some(({ kind }) => kind === 'all')) return 'everything';
  const valuesOf = (wanted: string) => held.flatMap(({ kind, value }) => (kind === wanted && value ? [value] : []));
  const reach = {
    registries: inOrder(valuesOf('registry')),
    repositories: inOrder(valuesOf('repository').map(globPattern)),
  };
  if (reach.registries.length + reach.repositories.length === 0) return { repositories: [] };
  const repositories = await repositoriesOf(store, reach);
  return repositories.length === 0 ? { repositories } : { repositories, reach };
}

const rememberedMs = 1_000;

/**
 * Remembered, since very many take longer to find than what is asked about them; but not across a new repository, or a
 * registry that goes or changes its name. One whose transaction was overtaken by another shows when that time is over.
 */
async function repositoriesOf(store: Store, reach: Reach): Promise<readonly number[]> {
  const { rows } = await sql<{ state: string }>`${prepared}SELECT concat((SELECT max(id) FROM repository), ' ',
    (SELECT md5(string_agg(id || ' ' || name, '/' ORDER BY id)) FROM registry)) AS state`.execute(store);
  const find = () => findRepositories(store, reach);
  return rememberShortly(store, ['repositories', reach], rememberedMs, find, rows[0]?.state);
}

async function findRepositories(store: Store, { registries, repositories }: Reach): Promise<readonly number[]> {
  const { rows } = await sql<{ ids: string | null }>`SELECT array_agg(repository.id ORDER BY repository.id)::text AS ids
    FROM repository JOIN registry ON registry.id = repository.registry
    WHERE registry.name = ANY(${registries}::text[])
      OR registry.name || '/' || repository.name LIKE ANY(${repositories}::text[])`.execute(store);
  return numbersOf(rows[0]?.ids);
}

function inOrder(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** The same part, with where its counts are kept if they are kept. */
export async function withCounts(store: Store, visibility: Visibility): Promise<Visibility> {
  if (visibility === 'everything' || !visibility.reach || visibility.counted !== undefined) return visibility;
  const counted = await readReach(store, visibility.reach);
  return counted === undefined ? visibility : { ...visibility, counted };
}

/** Whether what the caller sees is counted beforehand. */
export function isCounted(visibility: Visibility): boolean {
  return visibility === 'everything' || visibility.counted !== undefined;
}

/** Tells what one caller sees from what another does: short, however many repositories there are. */
export function visibilityKey(visibility: Visibility): unknown {
  return visibility === 'everything' ? visibility : (visibility.reach ?? visibility.repositories);
}

/** True for the key of a repository that the caller may see. */
export function repositoryVisible(visibility: Visibility, key: string): RawBuilder<boolean> {
  return visibility === 'everything' ? sql<boolean>`true` : isAmong(sql.ref(key), visibility.repositories);
}

/** True for a placement that the caller may see; not of those that are gone. */
export function placementVisible(visibility: Visibility, placement: string): RawBuilder<boolean> {
  const there = sql<boolean>`${sql.ref(`${placement}.deleted`)} IS NULL`;
  if (visibility === 'everything') return there;
  return sql<boolean>`(${there} AND ${repositoryVisible(visibility, `${placement}.repository`)})`;
}

/** True for an image that the caller may see. */
export function imageVisible(visibility: Visibility, image: string): RawBuilder<boolean> {
  if (visibility === 'everything') return sql<boolean>`true`;
  return sql<boolean>`${sql.ref(image)} IN (SELECT seen.image FROM placement AS seen WHERE ${placementVisible(visibility, 'seen')})`;
}

/**
 * What the prepared counts, which are over everything, are made of, for a caller who sees less: `seen (component, images)`
 * and `covered (component, flaw, images)`, under exceptions. It costs as much as the caller sees.
 */
export function withSeen(visibility: Visibility): RawBuilder<unknown> {
  if (isCounted(visibility)) return sql``;
  return sql`WITH seen AS MATERIALIZED (SELECT part AS component, count(*)::int AS images
      FROM image_components AS held CROSS JOIN unnest(held.components) AS part
      WHERE ${imageVisible(visibility, 'held.image')} GROUP BY 1),
    covered AS MATERIALIZED (SELECT component, flaw, count(*)::int AS images FROM excepted
      WHERE ${imageVisible(visibility, 'excepted.image')} GROUP BY 1, 2)`;
}

/** An image's name as the caller may know it: its own, or that of a place that the caller sees. */
export function imageName(visibility: Visibility, image: string): RawBuilder<string> {
  const name = sql.ref(`${image}.name`);
  if (visibility === 'everything') return sql<string>`${name}`;
  return sql<string>`coalesce((SELECT coalesce(seen.uploaded, registry.host || '/' || repository.name || coalesce(':' || (
      SELECT tag.name FROM tag WHERE tag.repository = seen.repository AND tag.image = seen.image
      ORDER BY tag.since DESC, tag.name LIMIT 1), '@' || ${sql.ref(`${image}.digest`)}))
    FROM placement AS seen JOIN repository ON repository.id = seen.repository JOIN registry ON registry.id = repository.registry
    WHERE seen.image = ${sql.ref(`${image}.id`)} AND ${placementVisible(visibility, 'seen')}
    ORDER BY seen.first_seen, seen.repository LIMIT 1), ${sql.ref(`${image}.digest`)})`;
}
