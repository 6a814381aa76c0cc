import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { packageFile } from '../../lib/beside.ts';
import { AppError } from '../../lib/errors.ts';
import { forgetRemembered } from '../../store/short-memory.ts';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { Caller, Route } from '../route.ts';
import { narrowGrants } from '../sign-in/narrow-grants.ts';
import { isSecure } from '../sign-in/sessions.ts';
import { recordAction } from '../trail.ts';
import { answerOnce } from './answer-once.ts';
import { serveConsole } from './console-files.ts';
import { createGate, type Gate } from './gate.ts';
import { openApiDocument } from './openapi.ts';
import { plainProblem, problemOf } from './problem.ts';
import { requestReader } from './read-request.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { sendAnswer } from './send-answer.ts';

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
const prefix = '/api/v1';

/** Requests that are being answered, with whether that ends by itself. */
type Running = Map<AbortController, { readonly endless: boolean }>;

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

function addRoute(app: FastifyInstance, context: ServerContext, route: Route, gate: Gate, running: Running): void {
  const read = requestReader(route);
  app.route({
    method: route.method,
    url: pathOf(route),
    bodyLimit: route.bodyBytes ?? bodyBytes,
    onRequest: async (request) => {
      try {
        request.caller = await gate(route, request);
      } catch (error) {
        await recordRefusal(context, route, request, error);
        throw error;
      }
    },
    handler: async (request, reply) => {
      const stop = abortWhenGone(route, reply, running);
      try {
        const answer = await answerOnce(context, route, request, reply, async () => {
          const { scope, ...asked } = read(request);
          const given = await route.handle({ ...asked, ...surroundings(request, stop, scope) } as never, context);
          await recordAction(context, route, attemptOf(request), { answer: given });
          return given;
        });
        return await sendAnswer(route, answer, request, reply);
      } catch (error) {
        await recordRefusal(context, route, request, error);
        throw error;
      } finally {
        if (route.method !== 'GET') forgetRemembered(context.store);
      }
    },
  });
}

function pathOf(route: Route): string {
  return prefix + route.path.replace(/\{(\w+)\}/g, ':$1');
}

/** Whoever chose a part of the estate is, for that request, somebody who may see no more. */
function surroundings(request: FastifyRequest, signal: AbortSignal, scope: string | undefined) {
  const { bytes, id, headers, ip } = request;
  const caller =
    request.caller && scope !== undefined
      ? { ...request.caller, grants: narrowGrants(request.caller.grants, scope) }
      : request.caller;
  return { caller, raw: bytes, id, headers, from: ip, signal };
}

function attemptOf(request: FastifyRequest, who = request.caller?.who ?? '') {
  return { who, from: request.ip, params: request.params, body: request.body };
}

/** What nobody known asked for is in the log alone: else anybody could fill the trail. */
async function recordRefusal(context: ServerContext, route: Route, request: FastifyRequest, error: unknown) {
  const who = request.caller?.who ?? (error instanceof Refusal ? error.who : undefined);
  if (!route.trail || who === undefined || !(error instanceof AppError)) return;
  await recordAction(context, route, attemptOf(request, who), { refused: error.code });
}

/** Aborts when the client goes, and what never ends by itself when the server stops. */
function abortWhenGone(route: Route, reply: FastifyReply, running: Running): AbortSignal {
  const controller = new AbortController();
  running.set(controller, { endless: route.streams?.includes('text/event-stream') ?? false });
  reply.raw.once('close', () => {
    running.delete(controller);
    controller.abort();
  });
  return controller.signal;
}

/**
 * A server that stops answers what it was asked, ends its streams, and then waits for no connection: browsers open some
 * in advance and keep others for later.
 */
function endConnections(app: FastifyInstance, running: Running): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    for (const [controller, { endless }] of running) if (endless) controller.abort();
    timer = setInterval(() => {
      if (running.size === 0) app.server.closeAllConnections();
    }, 50);
  });
  app.addHook('onClose', async () => clearInterval(timer));
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

function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
  for (const [url, taken] of Map.groupBy(routes, pathOf)) {
    const allowed = taken.map(({ method }) => method);
    const others = methods.filter((method) => !allowed.includes(method));
    if (others.length === 0) continue;
    app.route({
      method: others,
      url,
      onRequest: async (request, reply) => {
        const detail = `${request.method} is not possible here, only ${allowed.join(', ')}.`;
        reply.code(405).header('allow', allowed.join(', ')).type('application/problem+json');
        return reply.send(JSON.stringify(plainProblem(405, 'REQUEST_INVALID', detail, request.id)));
      },
      handler: async () => undefined,
    });
  }
}

function observe({ metrics, demand, log }: ServerContext, request: FastifyRequest, reply: FastifyReply): void {
  demand.count();
  const route = request.routeOptions.url ?? 'none';
  metrics.request(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
  const ms = Math.round(reply.elapsedTime);
  const fields = { requestId: request.id, method: request.method, route, status: reply.statusCode, ms };
  log.info({ ...fields, who: request.caller?.who, from: request.ip }, 'A request was answered.');
}

async function sendProblem(context: ServerContext, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const problem = problemOf(error, request.id);
  const fields = { requestId: request.id, route: request.routeOptions.url, code: problem.code, status: problem.status };
  if (problem.status >= 500) context.log.error({ ...fields, error }, 'A request failed.');
  else context.log.debug({ ...fields, detail: problem.detail }, 'A request was refused.');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="breakwater"');
  if (error instanceof Refusal && error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
  else if (problem.status === 429 || problem.status === 503) reply.header('retry-after', 5);
  // A body that was not read would be taken for the next request.
  if (problem.status === 413) reply.header('connection', 'close');
  reply.removeHeader('content-disposition').removeHeader('etag');
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

function refuseBadUrl(_path: string, _request: IncomingMessage, response: ServerResponse): void {
  const problem = plainProblem(400, 'REQUEST_INVALID', 'The address holds a wrong escape.', randomUUID());
  response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}

/** Bytes that are no HTTP, headers too large or too slow. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const problem = plainProblem(status, 'REQUEST_INVALID', 'The request cannot be read as HTTP.', randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
