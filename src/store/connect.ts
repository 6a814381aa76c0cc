import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { statementNames } from './prepared.ts';
import { endsConnection, storeError } from './store-errors.ts';
import type { StoreLog } from './store-log.ts';
import type { Store, Tables } from './tables.ts';
import type { WriteRefusals } from './write-refusals.ts';

export interface Connection {
  readonly store: Store;
  /** For what Kysely has no words for: COPY, LISTEN. Its errors are the driver's; `storeError` tells what they mean. */
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly url: string;
  readonly log: StoreLog;
  readonly connections?: number;
  /** What is known of why the database does not run. */
  readonly trouble?: (() => string | undefined) | undefined;
  /** Told of every error. */
  readonly refusals?: Pick<WriteRefusals, 'note'>;
}

/** More than these would only take turns on the same few processors, with each other and with the server itself. */
const usualConnections = 4;

/** Nothing is connected until the first query. */
export function connect({ url, log, connections = usualConnections, trouble, refusals }: ConnectOptions): Connection {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'breakwater',
    max: connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  // Whoever uses a connection that breaks learns it from the query; without a listener it would end the process as well.
  pool.on('connect', (client) => client.on('error', ignore));
  // One that breaks while nobody uses it is replaced by the next request.
  pool.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
  const store: Store = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: telling(pool, { trouble, refusals }) }),
  });
  let closing: Promise<void> | undefined;
  return {
    store,
    pool,
    close: () => {
      closing ??= pool.end();
      return closing;
    },
  };
}

function ignore(): void {}

const dateOid = 1082;

/** A date is a day on the calendar: as an instant it would shift with the time zone. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === dateOid ? (text: string) => text : pg.types.getTypeParser(oid, format as 'text');

/** The pool, with errors that say what they mean to a caller. */
function telling(pool: pg.Pool, { trouble, refusals }: Pick<ConnectOptions, 'trouble' | 'refusals'>): PostgresPool {
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const nameOf = statementNames();
  const rethrow = (error: unknown): never => {
    refusals?.note(error);
    throw storeError(error, trouble);
  };
  /** One wrapper for each client: Kysely recognises a connection by its client. */
  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    let isOver = false;
    const query = (text: string, parameters: readonly unknown[]) => {
      const name = nameOf(text);
      return client.query({ text, values: [...parameters], ...(name && { name }) }).catch((error: unknown) => {
        isOver ||= endsConnection(error);
        return rethrow(error);
      });
    };
    const made: PostgresPoolClient = {
      query: query as unknown as PostgresPoolClient['query'],
      // The pool would give it to whoever asks next, until it hears that it ended.
      release: (destroy?: boolean) => client.release(destroy || isOver),
    };
    wrapped.set(client, made);
    return made;
  };
  const connectOne = async () => {
    const client = await pool.connect().catch(rethrow);
    return wrapped.get(client) ?? wrap(client);
  };
  return { options: pool.options, connect: connectOne, end: () => pool.end() };
}
