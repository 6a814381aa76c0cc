import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../lib/errors.ts';
import { diskTrouble, megabytesFree } from '../store/embedded/disk-trouble.ts';
import { codeOf, diskFull } from '../store/store-errors.ts';
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
export function startFailure(error: unknown, place: Place): unknown {
  const why = isNoRoom(error) ? noRoomIn(folderOf(error) ?? place.dataDir) : storeTrouble(error, place);
  if (why === undefined) return error;
  return new AppError('STORE_UNAVAILABLE', `The server cannot start: ${why}.`, { cause: error });
}

function noRoomIn(folder: string): string {
  return `there was no room left on the disk of ${folder} (${megabytesFree(folder)} MB free now); make room, then start it again`;
}

/** The embedded database goes on by itself when there is room, but not when the server has ended. */
function storeTrouble(error: unknown, place: Place): string | undefined {
  const { postgres } = dataPaths(place);
  const isOfStore = error instanceof AppError && error.code === 'STORE_UNAVAILABLE' && error.cause !== undefined;
  if (!isOfStore || place.databaseUrl !== undefined || !existsSync(postgres)) return undefined;
  return diskTrouble(resolve(postgres), 'then start it again');
}

/** Whether the system or PostgreSQL refused a write for want of room. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', diskFull].includes(codeOf(error) ?? '');
}

/** Where it was to be written: errors of copying name where to as `dest`. */
function folderOf(error: unknown): string | undefined {
  const { dest, path } = error as { readonly dest?: unknown; readonly path?: unknown };
  const file = [dest, path].find((name) => typeof name === 'string');
  return file === undefined ? undefined : dirname(String(file));
}
