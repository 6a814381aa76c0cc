import { type Selectable, sql } from 'kysely';
import { tryShareFence } from './builds.ts';
import { settleImages } from './excepted.ts';
import { isAmong } from './is-among.ts';
import { containsPattern } from './read/patterns.ts';
import { settlePlacementsWithin } from './settle-placements.ts';
import type { Store, StoreTransaction, Tables } from './tables.ts';
import { mayLie } from './uploads.ts';

/** A row as it lies in the store. */
export type RegistryStored = Selectable<Tables['registry']>;

export function findRegistry(store: Store, name: string): Promise<RegistryStored | undefined> {
  return store.selectFrom('registry').selectAll().where('name', '=', name).executeTakeFirst();
}

export function registryById(store: Store, id: number): Promise<RegistryStored | undefined> {
  return store.selectFrom('registry').selectAll().where('id', '=', id).executeTakeFirst();
}

export interface NewRegistry {
  readonly name: string;
  readonly kind: string;
  readonly host: string;
  readonly settings: object;
  readonly secrets: Buffer | null;
  readonly notificationSecret: Buffer;
}

/** Undefined when the name is taken. */
export function addRegistry(store: Store, registry: NewRegistry): Promise<RegistryStored | undefined> {
  const { settings, notificationSecret, ...rest } = registry;
  return store
    .insertInto('registry')
    .values({ ...rest, settings: JSON.stringify(settings), notification_secret: notificationSecret })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst();
}

export interface RegistryChanges {
  readonly host: string;
  readonly settings: object;
  readonly secrets: Buffer | null;
}

/** Reads a row, lets `change` say what it becomes, and writes that, with nobody in between. A place in a crawl is dropped. */
export async function changeRegistry(
  store: Store,
  name: string,
  change: (row: RegistryStored) => RegistryChanges,
): Promise<RegistryStored | undefined> {
  return store.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('registry')
      .selectAll()
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return undefined;
    const { settings, ...rest } = change(row);
    if (rest.host !== row.host) await callByHost(transaction, row.id, rest.host);
    return transaction
      .updateTable('registry')
      .set({ ...rest, settings: JSON.stringify(settings), crawl_state: null, failure: null })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirst();
  });
}

/** Images are found by the new host at once; their names follow when the registry tells of them again. */
async function callByHost(transaction: StoreTransaction, registry: number, host: string): Promise<void> {
  await sql`UPDATE image SET words = image.words || places FROM (
      SELECT placement.image, string_agg(' ' || ${host} || '/' || repository.name || coalesce(':' || tag.name, ''), '') AS places
      FROM repository JOIN placement ON placement.repository = repository.id
        LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image
      WHERE repository.registry = ${registry} GROUP BY 1) AS called
    WHERE called.image = image.id`.execute(transaction);
}

export async function setNotificationSecret(store: Store, name: string, secret: Buffer): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('registry')
    .set({ notification_secret: secret })
    .where('name', '=', name)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Takes a registry away with its repositories, and the findings of images that lay nowhere else; the history of each image
 * that lay there tells of it once. What was uploaded for it and lies in no registry stays. `busy`: a vulnerability
 * database is being installed, try again.
 */
export async function removeRegistry(
  store: Store,
  { name, at }: { readonly name: string; readonly at: Date },
): Promise<'removed' | 'missing' | 'busy'> {
  return store.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('registry')
      .select('id')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return 'missing';
    // Asked before anything is written: what is answered with `busy` changes nothing.
    if (!(await tryShareFence(transaction))) return 'busy';
    const { rows } = await sql<{ image: number }>`WITH gone AS (
        UPDATE placement SET deleted = ${at}::timestamptz FROM repository, image
        WHERE repository.id = placement.repository AND repository.registry = ${row.id} AND deleted IS NULL
          AND image.id = placement.image AND ${mayLie}
        RETURNING placement.image)
      INSERT INTO image_event (image, at, cause, change, detail)
      SELECT DISTINCT image, ${at}::timestamptz, 'deleted', 'deleted', ${name}::text || ', which was disconnected' FROM gone
      RETURNING image`.execute(transaction);
    const uploaded = await uploadedFor(transaction, row.id);
    const images = rows.map(({ image }) => image);
    await settlePlacementsWithin(transaction, images, at);
    await transaction.deleteFrom('registry').where('id', '=', row.id).execute();
    await settleImages(transaction, uploaded);
    return 'removed';
  });
}

async function uploadedFor(transaction: StoreTransaction, registry: number): Promise<readonly number[]> {
  const { rows } = await sql<{
    image: number;
  }>`SELECT DISTINCT image FROM placement JOIN repository ON repository.id = repository
    WHERE registry = ${registry} AND uploaded IS NOT NULL`.execute(transaction);
  return rows.map(({ image }) => image);
}

/** Whose images are counted: all, or those that lie in these repositories. */
export type CountedRepositories = 'everything' | { readonly repositories: readonly number[] };

export interface RegistryFigures {
  readonly registry: number;
  readonly known: number;
  readonly scanned: number;
  readonly failed: number;
  readonly queued: number;
  readonly repositories: number;
  /** What lies there besides images, by kind, most frequent first. */
  readonly artifacts: readonly { readonly kind: string; readonly count: number }[];
  /** To a repository that is counted. */
  readonly last_push: Date | null;
}

/** How many images of each state lie in registries, and what else does. */
export async function registryFigures(
  store: Store,
  registries: readonly number[],
  counted: CountedRepositories,
): Promise<ReadonlyMap<number, RegistryFigures>> {
  const among = counted === 'everything' ? sql`true` : isAmong(sql.ref('repository.id'), counted.repositories);
  const state = (...states: string[]) => sql`coalesce(sum(n) FILTER (WHERE state = ANY(${states})), 0)::int`;
  const { rows } = await sql<RegistryFigures>`
    SELECT r.id AS registry, i.*, (SELECT count(*)::int FROM repository WHERE registry = r.id AND ${among}) AS repositories,
      (SELECT max(last_push) FROM repository WHERE registry = r.id AND ${among}) AS last_push
    FROM registry AS r, LATERAL (
      SELECT coalesce(sum(n) FILTER (WHERE state <> 'artifact'), 0)::int AS known, ${state('scanned')} AS scanned,
        ${state('failed')} AS failed, ${state('queued', 'scanning')} AS queued,
        coalesce(jsonb_agg(jsonb_build_object('kind', artifact, 'count', n) ORDER BY n DESC, artifact)
          FILTER (WHERE state = 'artifact'), '[]') AS artifacts
      FROM (SELECT state, artifact, count(*) AS n FROM (
        SELECT DISTINCT image.id, image.state, image.artifact FROM repository
          JOIN placement ON placement.repository = repository.id JOIN image ON image.id = placement.image
        WHERE repository.registry = r.id AND deleted IS NULL AND ${among}) AS lying GROUP BY 1, 2) AS alike
    ) AS i WHERE r.id = ANY(${[...registries]}::int[])`.execute(store);
  return new Map(rows.map((row) => [row.registry, row]));
}

export interface RegistriesQuery {
  /** Part of a name or of a host. */
  readonly q?: string | undefined;
  /** Names; all when not said. */
  readonly among?: readonly string[];
  readonly after: string | undefined;
  readonly limit: number;
}

/** By name; one row more than asked for tells that there is another page. */
export async function listRegistries(
  store: Store,
  { q, among, after, limit }: RegistriesQuery,
): Promise<readonly RegistryStored[]> {
  let query = store
    .selectFrom('registry')
    .selectAll()
    .orderBy('name')
    .limit(limit + 1);
  if (after !== undefined) query = query.where('name', '>', after);
  if (q)
    query = query.where(({ or, eb }) =>
      or([eb('name', 'ilike', containsPattern(q)), eb('host', 'ilike', containsPattern(q))]),
    );
  if (among) query = query.where(sql<boolean>`name = ANY(${[...among]}::text[])`);
  return query.execute();
}

/** Names of the registries that these repositories lie in. */
export async function registriesOf(store: Store, repositories: readonly number[]): Promise<readonly string[]> {
  const rows = await store
    .selectFrom('registry')
    .innerJoin('repository', 'repository.registry', 'registry.id')
    .select('registry.name')
    .distinct()
    .where(isAmong(sql.ref('repository.id'), repositories))
    .execute();
  return rows.map(({ name }) => name);
}
