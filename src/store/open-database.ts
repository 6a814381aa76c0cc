import { type Connection, connect } from './connect.ts';
import { type EmbeddedDatabase, startEmbedded } from './embedded/start-embedded.ts';
import { checkExternal } from './external.ts';
import type { StoreLog } from './store-log.ts';

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
  /** Closes the connections and stops the database if it is our own. */
  readonly close: () => Promise<void>;
}

/** A database that runs, whatever it holds. */
export async function openDatabase({ databaseUrl, connections, ...options }: OpenDatabaseOptions): Promise<Database> {
  const { log } = options;
  if (databaseUrl !== undefined) await checkExternal(databaseUrl, log);
  const embedded = databaseUrl === undefined ? await startEmbedded(options) : undefined;
  const url = databaseUrl ?? embedded?.url ?? '';
  const connection = connect({ url, log, trouble: embedded?.trouble, ...(connections && { connections }) });
  const close = async () => {
    await connection.close();
    await embedded?.stop();
  };
  return { ...connection, url, embedded, close };
}
