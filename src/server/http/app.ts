import { randomUUID } from 'node:crypto';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { packageFile } from '../../lib/beside.ts';
import type { ServerContext } from '../context.ts';
import type { Caller, Route } from '../route.ts';
import { isSecure } from '../sign-in/sessions.ts';
import { addRoute, refuseOtherMethods } from './add-route.ts';
import { serveConsole } from './console-files.ts';
import { createGate } from './gate.ts';
import { openApiDocument } from './openapi.ts';
import { refuseBadUrl, refuseUnreadable, sendProblem } from './refuse.ts';
import { endConnections, type Running } from './running.ts';
import { addSecurityHeaders } from './security-headers.ts';

export interface AppOptions {
  readonly routes: readonly Route[];
  /** Where the built console lies; `dist/web` beside the sources when not said. */
  readonly consoleDirectory?: string;
  /** PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How long a client may take. */
  readonly timeouts?: Partial<Timeouts>;
}

interface Timeouts {
  readonly headersMs: number;
  /** Until the whole request, body and all, is there. */
  readonly requestMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  readonly checkEveryMs: number;
}

const defaultTimeouts: Timeouts = { headersMs: 15_000, requestMs: 120_000, idleMs: 180_000, checkEveryMs: 5_000 };
const bodyBytes = 1_048_576;

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
    bytes: Uint8Array;
  }
}

/** The HTTP server over a list of routes, ready to listen. */
export async function createApp(context: ServerContext, options: AppOptions): Promise<FastifyInstance> {
  const app = createFastify(context, options);
  app.decorateRequest('caller', undefined);
  app.decorateRequest('bytes', null as unknown as Uint8Array);
  readBodies(app);
  await addSecurityHeaders(app, isSecure(context.config));
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    request.bytes = noBytes;
  });
  app.addHook('onResponse', async (request, reply) => observe(context, request, reply));
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(context, error, request, reply));

  const gate = createGate(context);
  const running: Running = new Map();
  for (const route of options.routes) addRoute(app, context, route, gate, running);
  refuseOtherMethods(app, options.routes);
  endConnections(app, running);

  const document = JSON.stringify(openApiDocument(options.routes));
  app.get('/openapi.json', (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(document),
  );
  await serveConsole(app, options.consoleDirectory ?? packageFile('dist/web'));
  return app;
}

const noBytes = new Uint8Array(0);

function createFastify(context: ServerContext, { tls, timeouts }: AppOptions): FastifyInstance {
  const { headersMs, requestMs, idleMs, checkEveryMs } = { ...defaultTimeouts, ...timeouts };
  const server = { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkEveryMs };
  const base: FastifyServerOptions = {
    loggerInstance: context.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    trustProxy: [...context.config.network.proxies],
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    routerOptions: { maxParamLength: 1_000, onBadUrl: refuseBadUrl },
    clientErrorHandler: refuseUnreadable,
  };
  // One type for both: whether the bytes are encrypted is nobody's business further in.
  return fastify({ ...base, ...(tls ? { https: { ...server, ...tls } } : { http: server }) } as FastifyServerOptions);
}

/** A proxy's id is kept where it looks like one. */
function requestIdOf(header: unknown): string {
  return typeof header === 'string' && /^[\w-]{8,64}$/.test(header) ? header : randomUUID();
}

/** JSON and its kin, with the bytes kept for signatures; anything else only where a route takes bytes. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    /^application\/([\w.-]+\+)?json\s*(;|$)/i,
    { parseAs: 'buffer' },
    (request, bytes: Buffer, done) => {
      request.bytes = bytes;
      if (bytes.length === 0) return done(null, undefined);
      return parseJson(request, bytes.toString('utf8'), done);
    },
  );
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    request.bytes = bytes;
    done(null, undefined);
  });
}

function observe({ metrics, demand, log }: ServerContext, request: FastifyRequest, reply: FastifyReply): void {
  demand.count();
  const route = request.routeOptions.url ?? 'none';
  metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  const ms = Math.round(reply.elapsedTime);
  const fields = { requestId: request.id, method: request.method, route, status: reply.statusCode, ms };
  log.info({ ...fields, who: request.caller?.who, from: request.ip }, 'A request was answered.');
}
