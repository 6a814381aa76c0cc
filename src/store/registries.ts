import type { Selectable } from 'kysely';
import type { Store, Tables } from './tables.ts';

/** A row as it lies in the store. */
export type RegistryStored = Selectable<Tables['registry']>;

export function findRegistry(store: Store, name: string): Promise<RegistryStored | undefined> {
  return store.selectFrom('registry').selectAll().where('name', '=', name).executeTakeFirst();
}

export function registryById(store: Store, id: number): Promise<RegistryStored | undefined> {
  return store.selectFrom('registry').selectAll().where('id', '=', id).executeTakeFirst();
}
