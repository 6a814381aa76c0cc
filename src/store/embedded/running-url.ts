import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import { socketFolder } from './place.ts';
import { databaseName, socketUrl } from './socket-url.ts';

/** Where the parts of the database of a data directory lie. */
export function databasePlace(dataDir: string) {
  const folder = resolve(dataDir, 'postgres');
  return { data: join(folder, 'data'), sockets: socketFolder(folder), passwordFile: join(folder, 'password') };
}

/** By which the database of a server that runs on this machine is reached, for who may read its password. */
export function runningUrl(dataDir: string): string {
  const { sockets, passwordFile } = databasePlace(dataDir);
  try {
    const password = readFileSync(passwordFile, 'utf8').trim();
    return socketUrl({ sockets, password, database: databaseName });
  } catch (cause) {
    throw new AppError(
      'STORE_UNAVAILABLE',
      `A server runs on ${dataDir}, and its database cannot be joined: ${messageOf(cause)}. Run this as the server's user.`,
      { cause },
    );
  }
}
