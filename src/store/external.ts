import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError, messageOf } from '../lib/errors.ts';
import { codeOf } from './store-errors.ts';
import type { StoreLog } from './store-log.ts';

/** How long a database that starts together with us is waited for. */
const patience = 15_000;

/** Sees that a database we do not run is one that we can use, or says what is wrong with it and the next step. */
export async function checkExternal(url: string, log: StoreLog, waitMs = patience): Promise<void> {
  if (!/^postgres(ql)?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new AppError(
      'CONFIG_INVALID',
      'BREAKWATER_DATABASE_URL is not a URL such as postgresql://user:password@host:5432/database. Correct it.',
    );
  const client = await connectPatiently(url, log, waitMs);
  try {
    const { rows } = await client.query<Facts>(factsQuery);
    const wrong = rows[0] === undefined ? undefined : findFault(rows[0]);
    if (wrong !== undefined) throw new AppError('STORE_UNAVAILABLE', `${wrong} (${shownUrl(url)})`);
  } finally {
    await client.end();
  }
}

/** Without password and parameters, for messages and logs. */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return 'BREAKWATER_DATABASE_URL';
  const { protocol, username, host, pathname } = new URL(text);
  return `${protocol}//${username && `${username}@`}${host}${pathname}`;
}

interface Facts {
  readonly version: number;
  readonly encoding: string;
  readonly replica: boolean;
  readonly read_only: string;
  readonly database: string;
  readonly role: string;
  readonly schema: string | null;
  readonly may_create_schema: boolean;
  readonly may_create_table: boolean | null;
}

const factsQuery = `SELECT
  current_setting('server_version_num')::int AS version,
  current_setting('server_encoding') AS encoding,
  pg_is_in_recovery() AS replica,
  current_setting('transaction_read_only') AS read_only,
  quote_ident(current_database()) AS database,
  quote_ident(current_user) AS role,
  current_schema() AS schema,
  has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
  has_schema_privilege(current_schema(), 'CREATE') AS may_create_table`;

function findFault(facts: Facts): string | undefined {
  const { database, role } = facts;
  if (facts.version < 150_000)
    return `The database is PostgreSQL ${Math.floor(facts.version / 10_000)}; 15 or newer is needed. Upgrade it, or use another`;
  if (facts.encoding !== 'UTF8')
    return `Database ${database} is encoded as ${facts.encoding}, which cannot hold all names. Make one with: CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`;
  if (facts.replica) return 'The database is a read-only replica. Name the primary one';
  if (facts.read_only === 'on')
    return `Database ${database} is set to read-only. Allow writing: ALTER DATABASE ${database} RESET default_transaction_read_only`;
  if (!facts.may_create_schema || facts.schema === null || !facts.may_create_table)
    return `User ${role} may not make tables in database ${database}. Grant it: ALTER DATABASE ${database} OWNER TO ${role}; ALTER SCHEMA public OWNER TO ${role}`;
  return undefined;
}

async function connectPatiently(url: string, log: StoreLog, waitMs: number): Promise<pg.Client> {
  const until = Date.now() + waitMs;
  for (;;) {
    let client: pg.Client | undefined;
    try {
      client = new pg.Client({ connectionString: url, application_name: 'breakwater', connectionTimeoutMillis: 5_000 });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    } catch (cause) {
      await client?.end().catch(() => undefined);
      const { message, mayPass } = explain(cause, url);
      if (!mayPass || Date.now() > until) throw new AppError('STORE_UNAVAILABLE', message, { cause });
      log.warn({ reason: message }, 'the database is not there yet');
      await sleep(500);
    }
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function explain(cause: unknown, url: string): { readonly message: string; readonly mayPass: boolean } {
  const at = shownUrl(url);
  switch (codeOf(cause)) {
    case '28P01':
    case '28000':
      return fault(
        `The database refuses user and password (${messageOf(cause)}). Correct BREAKWATER_DATABASE_URL (${at})`,
      );
    case '3D000':
      return fault(`${messageOf(cause)}. Make it with CREATE DATABASE, or correct BREAKWATER_DATABASE_URL (${at})`);
    case '42501':
      return fault(`${messageOf(cause)}. Grant the user CONNECT on the database (${at})`);
    case '57P03':
      return { message: `The database is starting (${at})`, mayPass: true };
    case '53300':
      return { message: `The database has no free connection. Raise max_connections (${at})`, mayPass: true };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOENT':
      return {
        message: `Nothing answers at ${at} (${messageOf(cause) || codeOf(cause)}). See that the database runs and that host and port are right`,
        mayPass: true,
      };
    default:
      return fault(`The database cannot be used: ${messageOf(cause)}. Correct BREAKWATER_DATABASE_URL (${at})`);
  }
}

function fault(message: string) {
  return { message, mayPass: false };
}
