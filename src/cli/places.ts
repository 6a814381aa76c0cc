import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from './command.ts';

type Environment = Terminal['environment'];

/** What may be lost: layers already analysed, the unpacked database (XDG base directory specification). */
export function cacheDirectory(environment: Environment): string {
  if (environment.BREAKWATER_CACHE_DIR) return environment.BREAKWATER_CACHE_DIR;
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'breakwater');
}

/** What the user made and would miss: a vulnerability database built here. */
export function dataDirectory(environment: Environment): string {
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'breakwater');
}

/** Where `db build` writes, and where a scan looks first. */
export function builtDatabase(environment: Environment): string {
  return join(dataDirectory(environment), 'vulnerabilities.db');
}
