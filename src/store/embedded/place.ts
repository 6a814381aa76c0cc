import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import { makeOwned } from './cluster.ts';
import { diskTrouble } from './disk-trouble.ts';
import { databaseUser, type SystemUser } from './system-user.ts';

/** Where the parts of the embedded database lie, and whose they are. */
export interface Place {
  /** Of all that is PostgreSQL's. */
  readonly folder: string;
  readonly data: string;
  readonly sockets: string;
  readonly passwordFile: string;
  readonly user: SystemUser | undefined;
  /**
   * A folder above that this user may not pass through: then its processes are started within the data and never name a
   * path from the root.
   */
  readonly closed: string | undefined;
}

/** How the database's own processes, which work in the data folder, name it and what lies beside it. */
export function seenFromData({ data, sockets, closed }: Pick<Place, 'data' | 'sockets' | 'closed'>) {
  if (closed === undefined) return { data, sockets };
  return { data: '/proc/self/cwd', sockets: join(sockets) === join(data, '../sockets') ? '../sockets' : sockets };
}

/** Makes the folder of the data directory and sees that the database's user can come to it. */
export function makePlace(dataDir: string): Place {
  const folder = resolve(dataDir, 'postgres');
  const data = join(folder, 'data');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const trouble =
      firstExisting(folder).map((path) => diskTrouble(path, 'then start it again'))[0] ?? messageOf(cause);
    throw new AppError('STORE_UNAVAILABLE', `The data directory ${dataDir} cannot be made: ${trouble}.`, { cause });
  }
  const user = databaseUser(data);
  checkOwner(data);
  const closed = user === undefined ? undefined : openWay(folder, dataDir, user);
  return { folder, data, sockets: socketFolder(folder), passwordFile: join(folder, 'password'), user, closed };
}

/** An empty folder for sockets, never one that somebody else put there: what lies there is stale, for whoever calls this holds the lock. */
export function renewSockets({ sockets, user }: Place): void {
  const found = lstatSync(sockets, { throwIfNoEntry: false });
  if (found === undefined) makeOwned(sockets, user);
  else if (!found.isDirectory() || found.uid !== (user?.uid ?? process.getuid?.()) || (found.mode & 0o077) !== 0)
    throw new AppError('STORE_UNAVAILABLE', `${sockets} was not made by this server. Remove it, then start again.`);
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) rmSync(join(sockets, name), { force: true });
}

/** Takes away what lies outside the data directory. */
export function removeSockets({ folder, sockets }: Place): void {
  if (dirname(sockets) !== folder) rmSync(sockets, { recursive: true, force: true });
}

/** The password of the database, made once. */
export function readPassword({ passwordFile }: Place): string {
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(passwordFile, 'utf8').trim();
}

/** For when there is no way round it. */
export function closedTo({ user, closed }: Place): AppError {
  return new AppError(
    'STORE_UNAVAILABLE',
    `PostgreSQL refuses to run as root, so it runs as user ${user?.name}, who may not pass through ${closed}. ` +
      'Choose a data directory elsewhere, such as /var/lib/breakwater, or start the server as an ordinary user.',
  );
}

/** `sockaddr_un` has room for 107 bytes (https://man7.org/linux/man-pages/man7/unix.7.html), on macOS for 103. */
const longestSocket = 103;

/** Inside the folder where a socket's path has room for it. */
export function socketFolder(folder: string): string {
  const inside = join(folder, 'sockets');
  if (Buffer.byteLength(join(inside, '.s.PGSQL.5432')) <= longestSocket) return inside;
  const name = `breakwater-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  return join(tmpdir().length < 60 ? tmpdir() : '/tmp', name);
}

function checkOwner(data: string): void {
  const own = process.geteuid?.();
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || own === undefined || own === 0 || owner === own) return;
  throw new AppError(
    'STORE_UNAVAILABLE',
    `${data} belongs to user ${owner}, and this is user ${own}. Start as its owner, or give it away with chown.`,
  );
}

/** Our own folders are opened for passing through; what lies above is not ours to change. */
function openWay(folder: string, dataDir: string, user: SystemUser): string | undefined {
  for (const own of [folder, resolve(dataDir)]) {
    const { mode } = statSync(own);
    if ((mode & 0o111) !== 0o111) chmodSync(own, mode | 0o111);
  }
  return ancestors(resolve(dataDir)).find((path) => !mayPass(path, user));
}

function mayPass(path: string, { uid, gid }: SystemUser): boolean {
  const { mode, uid: owner, gid: group } = statSync(path);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}

function ancestors(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...ancestors(above)];
}

function firstExisting(path: string): readonly string[] {
  return [path, ...ancestors(path)].filter((candidate) => existsSync(candidate)).slice(0, 1);
}
