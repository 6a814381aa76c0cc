import { randomUUID } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { addAccount } from '../../store/accounts.ts';
import type { Grant, Role } from '../contract/access.ts';
import { createApp } from '../http/app.ts';
import type { Route } from '../route.ts';
import { routes as allRoutes } from '../routes/index.ts';
import { startSession } from '../sign-in/sessions.ts';
import { openTestContext, type TestContext, type TestContextOptions } from './test-context.ts';

export interface TestServer {
  readonly app: FastifyInstance;
  readonly context: TestContext;
  /** Somebody with a role over everything, or with these grants, signed in. */
  readonly as: (who: Role | readonly Grant[]) => Promise<TestClient>;
  /** Nobody in particular. */
  readonly anonymous: TestClient;
  readonly close: () => Promise<void>;
}

export interface TestClient {
  readonly login: string;
  readonly account: string;
  /** The headers that make the requests this one's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Paths are below `/api/v1`. */
  readonly get: (path: string, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
  readonly send: (
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<LightMyRequestResponse>;
}

export interface TestServerOptions extends TestContextOptions {
  /** All when not said. */
  readonly routes?: readonly Route[];
}

/** The server's HTTP part over a fresh store, called without a socket. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const context = await openTestContext(options);
  const app = await createApp(context, { routes: options.routes ?? allRoutes });
  await app.ready();
  return {
    app,
    context,
    anonymous: clientOf(app, '', '', {}),
    as: async (who) => {
      const grants: readonly Grant[] = typeof who === 'string' ? [{ role: who, scope: { kind: 'all' } }] : who;
      const login = `${typeof who === 'string' ? who : 'scoped'}-${randomUUID().slice(0, 8)}`;
      const account = await addAccount(context.store, { login, source: 'local', grants });
      if (!account) throw new Error(`The account ${login} could not be made.`);
      const session = await startSession(context, account.id);
      const cookie = session.cookie.split(';')[0] ?? '';
      return clientOf(app, login, account.id, { cookie, 'x-csrf-token': session.csrf });
    },
    close: async () => {
      await app.close();
      await context.close();
    },
  };
}

function clientOf(app: FastifyInstance, login: string, account: string, own: Record<string, string>): TestClient {
  return {
    login,
    account,
    headers: own,
    get: (path, headers = {}) => app.inject({ method: 'GET', url: `/api/v1${path}`, headers: { ...own, ...headers } }),
    send: (method, path, body, headers = {}) =>
      app.inject({
        method,
        url: `/api/v1${path}`,
        headers: { ...own, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}
