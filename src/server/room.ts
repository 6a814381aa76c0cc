import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../lib/errors.ts';
import { megabytesFree } from '../store/embedded/disk-trouble.ts';
import { codeOf } from '../store/store-errors.ts';
import { dataPaths, type ServerConfig } from './config.ts';

type Place = Pick<ServerConfig, 'dataDir' | 'databaseUrl'>;

/** Megabytes: the embedded database and the vulnerability database take half of it before the first scan. */
const roomForNew = 256;

/** Throws STORE_UNAVAILABLE where a new data directory would soon be full; better nothing is made than a part. */
export function checkRoom(config: Place): void {
  const { dataDir, databaseUrl } = config;
  if (databaseUrl !== undefined || existsSync(join(dataPaths(config).postgres, 'data'))) return;
  const free = megabytesFree(dataDir);
  if (free >= roomForNew) return;
  throw new AppError(
    'STORE_UNAVAILABLE',
    `The disk of the data directory ${dataDir} is too full for a new one (${free} MB free, ${roomForNew} MB are needed). ` +
      'Make room, or name another data directory by --data-dir, then start it again.',
  );
}

/** What an error means that ended the start: that there was no room is said with the place and the next step. */
export function startFailure(error: unknown, { dataDir }: Place): unknown {
  if (!isNoRoom(error)) return error;
  const folder = folderOf(error) ?? dataDir;
  const message = `The server cannot start: there was no room left on the disk of ${folder} (${megabytesFree(folder)} MB free now). Make room, then start it again.`;
  return new AppError('STORE_UNAVAILABLE', message, { cause: error });
}

/** Whether the system or PostgreSQL refused a write for want of room. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', '53100'].includes(codeOf(error) ?? '');
}

/** Where it was to be written: errors of copying name where to as `dest`. */
function folderOf(error: unknown): string | undefined {
  const { dest, path } = error as { readonly dest?: unknown; readonly path?: unknown };
  const file = [dest, path].find((name) => typeof name === 'string');
  return file === undefined ? undefined : dirname(String(file));
}
