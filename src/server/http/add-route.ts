import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors.ts';
import { forgetRemembered } from '../../store/short-memory.ts';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { Route } from '../route.ts';
import { narrowGrants } from '../sign-in/narrow-grants.ts';
import { recordAction } from '../trail.ts';
import { answerOnce } from './answer-once.ts';
import type { Gate } from './gate.ts';
import { plainProblem } from './problem.ts';
import { requestReader } from './read-request.ts';
import { abortWhenGone, type Running } from './running.ts';
import { sendAnswer } from './send-answer.ts';

const prefix = '/api/v1';

/** Serves a route: who asks is known first, then what, and what was done or refused is written down. */
export function addRoute(
  app: FastifyInstance,
  context: ServerContext,
  route: Route,
  gate: Gate,
  running: Running,
): void {
  const read = requestReader(route);
  app.route({
    method: route.method,
    url: pathOf(route),
    ...(route.bodyBytes !== undefined && { bodyLimit: route.bodyBytes }),
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
      ? { ...request.caller, grants: narrowGrants(request.caller.grants, scope), within: scope }
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

/** What an address cannot do is told with what it can. */
export function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
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
