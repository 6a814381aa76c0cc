import { type Connection, connect } from './connect.ts';
import { readDiskTrouble } from './embedded/disk-trouble.ts';
import { type EmbeddedDatabase, startEmbedded } from './embedded/start-embedded.ts';
import { checkExternal } from './external.ts';
import type { StoreLog } from './store-log.ts';
import { rememberRefusals } from './write-refusals.ts';

export interface OpenDatabaseOptions {
  /** A PostgreSQL that someone else runs; without it one is run in the data directory. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  readonly log: StoreLog;
  /** At most so many at once. */
  readonly connections?: number;
  /** Leaves an installed PostgreSQL aside when one is run. */
  readonly onlyPackaged?: boolean;
}

export interface Database extends Connection {
  /** For whoever needs connections of its own: the queue, worker processes. It holds a password. */
  readonly url: string;
  readonly embedded: EmbeddedDatabase | undefined;
  /** Why nothing can be written now, as far as that is known without a write, with the next step. */
  readonly writeTrouble: () => Promise<string | undefined>;
  /** Closes the connections and stops the database if it is our own. */
  readonly close: () => Promise<void>;
}

/** A database that runs, whatever it holds. */
export async function openDatabase({ databaseUrl, connections, ...options }: OpenDatabaseOptions): Promise<Database> {
  const { log } = options;
  if (databaseUrl !== undefined) await checkExternal(databaseUrl, log);
  const embedded = databaseUrl === undefined ? await startEmbedded(options) : undefined;
  const url = databaseUrl ?? embedded?.url ?? '';
  const refusals = rememberRefusals();
  const trouble = embedded?.trouble;
  const connection = connect({ url, log, trouble, refusals, ...(connections && { connections }) });
  const close = async () => {
    await connection.close();
    await embedded?.stop();
  };
  const writeTrouble = async () => {
    const disk = embedded && (await readDiskTrouble(embedded.folder));
    return disk ?? (refusals.isRecent() ? refused(embedded?.folder) : undefined);
  };
  return { ...connection, url, embedded, writeTrouble, close };
}

function refused(folder: string | undefined): string {
  const where = folder === undefined ? 'where it runs' : `for ${folder}, or raise its quota`;
  return `the database could not write a moment ago, for want of room; make some ${where}, the rest happens by itself`;
}
