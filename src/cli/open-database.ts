import { existsSync } from 'node:fs';
import { AppError } from '../lib/errors.ts';
import { starterPack, unpackStarter } from '../vulnerability/database/starter.ts';
import { openDatabase, type VulnerabilityDatabase } from '../vulnerability/database.ts';
import type { Terminal } from './command.ts';
import { builtDatabase, cacheDirectory } from './places.ts';

/** The database to use: the one named, the one built on this machine, else the one that comes along. */
export function chooseDatabase(
  named: string | undefined,
  environment: Terminal['environment'],
): { readonly path: string; readonly database: VulnerabilityDatabase } {
  const path = named ?? (environment.BREAKWATER_DB || builtOrStarter(environment));
  return { path, database: openDatabase(path) };
}

function builtOrStarter(environment: Terminal['environment']): string {
  const built = builtDatabase(environment);
  if (existsSync(built)) return built;
  const pack = starterPack();
  if (!pack)
    throw new AppError(
      'DATABASE_MISSING',
      'No vulnerability database came along with this installation; build one with "breakwater db build --data DIR".',
    );
  return unpackStarter(pack, cacheDirectory(environment));
}
