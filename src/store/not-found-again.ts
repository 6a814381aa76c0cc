import { sql } from 'kysely';
import type { Store } from './tables.ts';
import { mayLie } from './uploads.ts';

/** What a look through a whole repository did not find there any more. `began` keeps what was pushed meanwhile. */
export async function digestsNotAmong(
  store: Store,
  place: { readonly registry: number; readonly repository: string },
  digests: ReadonlySet<string>,
  began: Date,
): Promise<string[]> {
  const rows = await store
    .selectFrom('placement')
    .innerJoin('repository', 'repository.id', 'placement.repository')
    .innerJoin('image', 'image.id', 'placement.image')
    .select('image.digest')
    .where('repository.registry', '=', place.registry)
    .where('repository.name', '=', place.repository)
    .where('placement.deleted', 'is', null)
    .where(mayLie)
    .where('placement.first_seen', '<', began)
    .where(sql<boolean>`coalesce(placement.pushed, placement.first_seen) < ${began}`)
    .execute();
  return rows.map(({ digest }) => digest).filter((digest) => !digests.has(digest));
}

/** Tags that a look through a whole repository did not find any more. */
export async function tagsNotAmong(
  store: Store,
  place: { readonly registry: number; readonly repository: string },
  tags: ReadonlySet<string>,
  began: Date,
): Promise<string[]> {
  const rows = await store
    .selectFrom('tag')
    .innerJoin('repository', 'repository.id', 'tag.repository')
    .select('tag.name')
    .where('repository.registry', '=', place.registry)
    .where('repository.name', '=', place.repository)
    .where('tag.since', '<', began)
    .execute();
  return rows.map(({ name }) => name).filter((name) => !tags.has(name));
}

/** Repositories with images that a look through a whole registry did not find any more. */
export async function repositoriesNotAmong(
  store: Store,
  registry: number,
  names: ReadonlySet<string>,
  began: Date,
): Promise<string[]> {
  const rows = await store
    .selectFrom('repository')
    .select('name')
    .where('registry', '=', registry)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('placement')
          .select('placement.image')
          .innerJoin('image', 'image.id', 'placement.image')
          .whereRef('placement.repository', '=', 'repository.id')
          .where('deleted', 'is', null)
          .where(mayLie)
          .where('placement.first_seen', '<', began),
      ),
    )
    .execute();
  return rows.map(({ name }) => name).filter((name) => !names.has(name));
}
