import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { messageOf } from '../lib/errors.ts';
import type { ServerContext } from './context.ts';
import { mayCall } from './sign-in/access.ts';
import { identify } from './sign-in/identify.ts';

/** What a server needs to be of use, each said by name. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message?: string }[];
}

/** What a monitor may wait for an answer. */
const patienceMs = 2_000;

/**
 * Addresses for those who run the server, outside the API: `/healthz` answers while the process lives, `/readyz` while
 * it can do its work, `/metrics` is for Prometheus.
 */
export function addOperations(app: FastifyInstance, context: ServerContext): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const found = await readiness(context, stopping);
    return reply
      .code(found.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(found);
  });
  app.get('/metrics', async (request, reply) => {
    if (!(await mayRead(context, request.headers.authorization, request.ip)))
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer realm="breakwater"')
        .type('text/plain')
        .send('Metrics want an API token of a reader of everything; or set metrics.open.\n');
    const { contentType, body } = await context.metrics.text();
    return reply.type(contentType).header('cache-control', 'no-store').send(body);
  });
}

/** Asks each part once. */
async function readiness(
  { store, writeTrouble, vulnerabilities }: ServerContext,
  stopping: boolean,
): Promise<Readiness> {
  const checks = await Promise.all([
    check('store', () => within(sql`SELECT 1`.execute(store))),
    check('disk', async () => {
      const trouble = await within(writeTrouble());
      if (trouble !== undefined) throw new Error(trouble);
    }),
    check('vulnerability database', async () => vulnerabilities.current()),
    check('running', async () => {
      if (stopping) throw new Error('the server is being stopped');
    }),
  ]);
  return { ready: checks.every(({ ok }) => ok), checks };
}

async function check(name: string, ask: () => Promise<unknown>): Promise<Readiness['checks'][number]> {
  try {
    await ask();
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, message: messageOf(error) };
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function mayRead(context: ServerContext, authorization: string | undefined, from: string): Promise<boolean> {
  if (context.config.metrics.open) return true;
  const identified = await identify(context, { authorization, cookie: undefined, from });
  return identified !== undefined && mayCall({ role: 'reader', within: 'everywhere' }, identified.caller.grants);
}
