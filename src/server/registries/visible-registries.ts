import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { visibleTo } from '../../store/read/visibility.ts';
import { findRegistry, type RegistryStored, registriesOf, registryFigures } from '../../store/registries.ts';
import type { Store } from '../../store/tables.ts';
import type { Role } from '../contract/access.ts';
import type { RegistryRow } from '../contract/registries.ts';
import type { Caller } from '../route.ts';
import { reachesRegistry, reachOfRole } from '../sign-in/access.ts';
import { registryRowOf } from './registry-row.ts';

/** In the address of what is about one registry. */
export const registryParams = z.object({ name: z.string().max(100) });

/** A registry that the caller may see something of; others do not exist for the caller. */
export async function visibleRegistry(store: Store, name: string, caller: Caller | undefined): Promise<RegistryStored> {
  const row = await findRegistry(store, name);
  const names = await visibleNames(store, caller);
  if (!row || (names !== 'all' && !names.includes(name))) throw missingRegistry(name);
  return row;
}

/** Names of the registries that the caller may see something of. */
export async function visibleNames(store: Store, caller: Caller | undefined): Promise<'all' | readonly string[]> {
  const reach = await visibleTo(store, caller?.grants ?? []);
  if (reach === 'everything') return 'all';
  const within = await registriesOf(store, reach.repositories);
  return [...new Set([...(caller ? reachOfRole(caller, 'reader').registries : []), ...within])];
}

/** A registry as the caller may know it: with the figures of what the caller sees. */
export async function registryRowFor(
  store: Store,
  row: RegistryStored,
  caller: Caller | undefined,
): Promise<RegistryRow> {
  const figures = await registryFigures(store, [row.id], await visibleTo(store, caller?.grants ?? []));
  return registryRowOf(row, figures.get(row.id));
}

/** Throws as if there were no such registry where all of it is not within the role's reach. */
export function assertActs(caller: Caller | undefined, role: Role, name: string): void {
  if (!caller || !reachesRegistry(reachOfRole(caller, role), name)) throw missingRegistry(name);
}

export function missingRegistry(name: string): AppError {
  return new AppError('NOT_FOUND', `There is no registry ${name.replace(/[^\w-]/g, '?').slice(0, 63)}.`);
}
