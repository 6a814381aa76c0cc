import { existsSync } from 'node:fs';
import { AppError } from '../../lib/errors.ts';
import { type Connection, connect } from '../connect.ts';
import { databasePlace, runningUrl } from '../embedded/running-url.ts';
import { type OpenDatabaseOptions, openDatabase } from '../open-database.ts';
import { backupTo } from './backup-to.ts';
import type { BackupManifest } from './manifest.ts';
import { restoreFrom } from './restore-from.ts';

export interface BackupOptions extends OpenDatabaseOptions {
  readonly file: string;
}

/** `breakwater backup`: of a store whose server runs, or does not. */
export async function backUpStore({ file, ...options }: BackupOptions): Promise<BackupManifest> {
  if (options.databaseUrl === undefined && !existsSync(databasePlace(options.dataDir).data))
    throw new AppError('NOT_FOUND', `There is no store in ${options.dataDir}. Name its data directory by --data-dir.`);
  const connection = await openOrJoin(options);
  return backupTo(connection.pool, file).finally(connection.close);
}

/** `breakwater restore`: into a data directory or a database without a store, on which no server runs. */
export async function restoreStore({ file, ...options }: BackupOptions): Promise<BackupManifest> {
  if (!existsSync(file)) throw new AppError('INPUT_UNREADABLE', `There is no file ${file}.`);
  const database = await openDatabase(options);
  return restoreFrom({ pool: database.pool, file, log: options.log }).finally(database.close);
}

/** The server that holds the data directory runs the database, and we may use it too. */
async function openOrJoin(options: OpenDatabaseOptions): Promise<Connection> {
  try {
    return await openDatabase(options);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'DATA_DIRECTORY_BUSY')) throw error;
    return connect({ url: runningUrl(options.dataDir), log: options.log, connections: 1 });
  }
}
