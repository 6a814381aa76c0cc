import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { StoreLog } from '../store-log.ts';
import type { Binaries } from './binaries.ts';
import { chooseBinaries, removeOutside } from './choose-binaries.ts';
import { createCluster } from './cluster.ts';
import { lockDataDirectory } from './data-lock.ts';
import { diskTrouble } from './disk-trouble.ts';
import { endProcessesIn } from './leftovers.ts';
import { makePlace, type Place, readPassword, removeSockets, renewSockets, seenFromData } from './place.ts';
import { type Postmaster, startPostmaster } from './postmaster.ts';
import { resetPassword } from './reset-password.ts';
import { postgresArguments } from './settings.ts';
import { databaseName, socketUrl } from './socket-url.ts';

export interface EmbeddedDatabase {
  readonly url: string;
  /** Of all that is PostgreSQL's. */
  readonly folder: string;
  /** `18.4` */
  readonly version: string;
  /** Of the process, which is another one after it was restarted. */
  readonly pid: () => number;
  /** What keeps it from running now, with the next step. */
  readonly trouble: () => string | undefined;
  readonly stop: () => Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: StoreLog;
  /** Leaves an installed PostgreSQL aside. */
  readonly onlyPackaged?: boolean;
}

/**
 * Runs a PostgreSQL on a data directory, which is made when it does not exist, until it is stopped: what is left of an
 * earlier run is ended first, and a database that ends by itself is started again for as long as that takes.
 */
export async function startEmbedded({ dataDir, log, onlyPackaged }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const place = makePlace(dataDir);
  const begun: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const end of begun.toReversed()) await end();
  };
  try {
    begun.push(lockDataDirectory(dataDir).release);
    begun.push(
      () => removeSockets(place),
      () => removeOutside(place),
    );
    const { binaries, password } = await prepare(place, log, onlyPackaged);
    const first = await start(place, binaries, log);
    const kept = keepRunning(first, () => start(place, binaries, log), place, log);
    begun.push(kept.stop);
    return {
      url: socketUrl({ sockets: place.sockets, password, database: databaseName }),
      folder: place.folder,
      version: binaries.version,
      pid: kept.pid,
      trouble: kept.trouble,
      stop,
    };
  } catch (error) {
    await stop();
    throw explained(error, place);
  }
}

async function prepare(
  place: Place,
  log: StoreLog,
  onlyPackaged?: boolean,
): Promise<{ readonly binaries: Binaries; readonly password: string }> {
  const ended = await endProcessesIn(place.data);
  if (ended.length > 0) log.warn({ processes: ended }, 'a database of an earlier run was still there and was ended');
  const binaries = chooseBinaries(place, onlyPackaged);
  const [isMade, hasPassword] = [existsSync(place.data), existsSync(place.passwordFile)];
  const password = readPassword(place);
  if (!isMade) await createCluster({ binaries, ...place, password });
  else if (!hasPassword) await resetPassword({ binaries, place, password });
  return { binaries, password };
}

/** Ends what is left of the last one: backends may outlive their parent for a moment. */
async function start(place: Place, binaries: Binaries, log: StoreLog): Promise<Postmaster> {
  const { data, user } = place;
  await endProcessesIn(data);
  rmSync(join(data, 'postmaster.pid'), { force: true });
  renewSockets(place);
  const options = postgresArguments({ binaries, ...seenFromData(place) });
  return startPostmaster({ program: join(binaries.bin, 'postgres'), options, data, user, log });
}

interface Kept extends Pick<EmbeddedDatabase, 'pid' | 'trouble' | 'stop'> {}

const longestDelay = 5_000;
const withoutRoomMs = 3_000;

function keepRunning(first: Postmaster, restart: () => Promise<Postmaster>, place: Place, log: StoreLog): Kept {
  let current = first;
  let trouble: string | undefined;
  let stopping = false;
  const waiting = new AbortController();
  const quitWithUs = () => current.interrupt();
  process.once('exit', quitWithUs);

  const watch = async (): Promise<void> => {
    while (!stopping) {
      const said = await current.gone;
      if (stopping) return;
      trouble = diskTrouble(place.folder) ?? 'it ended and is started again';
      log.error({ said, trouble }, 'the database ended by itself');
      await again();
    }
  };
  const again = async (): Promise<void> => {
    for (let delay = 0; !stopping; delay = Math.min(longestDelay, delay * 2 + 100)) {
      await sleep(delay, undefined, { ref: false, signal: waiting.signal }).catch(() => undefined);
      if (stopping) return;
      try {
        current = await restart();
        trouble = undefined;
        log.info({ pid: current.pid }, 'the database runs again');
        return;
      } catch (error) {
        trouble = diskTrouble(place.folder) ?? messageOf(error);
        log.error({ err: error, trouble }, 'the database could not be started again');
      }
    }
  };
  const watching = watch();
  return {
    pid: () => current.pid,
    trouble: () => trouble ?? diskTrouble(place.folder),
    stop: async () => {
      stopping = true;
      process.off('exit', quitWithUs);
      waiting.abort();
      // Without room to write it may wait for ever; what was committed is recovered at the next start.
      await current.stop(diskTrouble(place.folder) === undefined ? undefined : withoutRoomMs);
      await watching;
      // It may just have been started again.
      await current.stop();
    },
  };
}

/** A disk that is full or read-only says so in many words; the cause is one. */
function explained(error: unknown, place: Place): unknown {
  if (error instanceof AppError && error.code !== 'STORE_UNAVAILABLE') return error;
  const trouble = diskTrouble(place.folder, 'then start it again');
  if (trouble === undefined) return error;
  return new AppError('STORE_UNAVAILABLE', `The database cannot run: ${trouble}.`, { cause: error });
}
