import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { serverConfig } from '../../src/server/config.ts';
import type { Grant } from '../../src/server/contract/access.ts';
import { startServer } from '../../src/server/main.ts';
import { notificationContext } from '../../src/server/registries/registry-secrets.ts';
import { openSeal, type Seal } from '../../src/server/seal.ts';
import { hashOfSecret, randomSecret } from '../../src/server/sign-in/secret-text.ts';
import { startSession } from '../../src/server/sign-in/sessions.ts';
import { accountByLogin, addAccount } from '../../src/store/accounts.ts';
import type { Store } from '../../src/store/tables.ts';
import { openTestStore } from '../../src/store/testing/open-test-store.ts';
import { seedEstate, smallEstate } from '../../src/store/testing/seed-estate.ts';
import { addToken } from '../../src/store/tokens.ts';
import { freePort } from '../support/loopback.ts';

export const adminPassword = 'the first administrator';

export interface RunningServer {
  readonly url: string;
  readonly store: Store;
  /** The headers of a new account with these grants, signed in. */
  readonly session: (grants: readonly Grant[]) => Promise<Signed>;
  readonly token: (grants: readonly Grant[], options?: TokenOptions) => Promise<Signed>;
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Called>;
  readonly close: () => Promise<void>;
}

export interface Signed {
  readonly login: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TokenOptions {
  readonly expires?: Date;
  /** Of the account, when they are others than the token's. */
  readonly accountGrants?: readonly Grant[];
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  /** Empty for a stream that does not end. */
  readonly text: string;
}

/** The whole server on a free port, with every part real, over a store of its own with an estate in it. */
export async function startRunningServer(settings: object = {}): Promise<RunningServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'breakwater-security-'));
  const database = await openTestStore();
  const { store } = database;
  const config = serverConfig.parse({
    dataDir,
    databaseUrl: database.url,
    listen: `127.0.0.1:${await freePort()}`,
    adminPassword,
    scan: { workers: 1 },
    ...settings,
  });
  const server = await startServer(config, pino({ level: process.env.BREAKWATER_TEST_LOG ?? 'silent' }));
  await seed(store, openSeal(config));

  const account = async (grants: readonly Grant[]) => {
    const login = `user-${randomSecret().slice(0, 12)}`;
    await addAccount(store, { login, source: 'local', grants });
    const { id } = (await accountByLogin(store, login)) ?? { id: '' };
    return { login, id };
  };
  return {
    url: server.url,
    store,
    session: async (grants) => {
      const { login, id } = await account(grants);
      const { cookie, csrf } = await startSession({ config, store, now: () => new Date() }, id);
      return { login, headers: { cookie: cookie.split(';')[0] ?? '', 'x-csrf-token': csrf } };
    },
    token: async (grants, { expires, accountGrants } = {}) => {
      const { login, id } = await account(accountGrants ?? grants);
      const secret = `bw_${randomSecret()}`;
      const created = new Date();
      await addToken(store, {
        hash: hashOfSecret(secret),
        hint: secret.slice(0, 8),
        name: 'test',
        account: id,
        grants,
        created,
        expires: expires ?? new Date(created.getTime() + 3_600_000),
      });
      return { login, headers: { authorization: `Bearer ${secret}` } };
    },
    call: (method, path, options) => call(`${server.url}${path}`, method, options),
    close: async () => {
      await server.stop();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An estate that the database of this server is said to have judged. */
async function seed(store: Store, seal: Seal): Promise<void> {
  const { id } = await store.selectFrom('build').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow();
  await seedEstate(store, smallEstate);
  await store.deleteFrom('build').where('id', '>', id).execute();
  // What the judge is given of a package when somebody asks why.
  const facts = sql<Buffer>`convert_to(json_build_object('type', type, 'name', name, 'version', version, 'stream', stream)::text, 'UTF8')`;
  await store.updateTable('component').set({ build: id, facts }).execute();
  for (const name of ['alpha', 'beta', 'gamma'])
    await store
      .updateTable('registry')
      .set({ notification_secret: seal.seal('a secret of the registry', notificationContext(name)) })
      .where('name', '=', name)
      .execute();
}

async function call(url: string, method: string, { headers = {}, body }: CallOptions = {}): Promise<Called> {
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const endless = answer.headers.get('content-type')?.startsWith('text/event-stream');
  if (endless) await answer.body?.cancel();
  return { status: answer.status, headers: answer.headers, text: endless ? '' : await answer.text() };
}
