import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import { plainProblem, problemOf } from './problem.ts';

/** What went wrong, as the caller may know it. */
export async function sendProblem(
  context: ServerContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) {
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

export function refuseBadUrl(_path: string, _request: IncomingMessage, response: ServerResponse): void {
  const problem = plainProblem(400, 'REQUEST_INVALID', 'The address holds a wrong escape.', randomUUID());
  response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}

/** Bytes that are no HTTP, headers too large or too slow. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const problem = plainProblem(status, 'REQUEST_INVALID', 'The request cannot be read as HTTP.', randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
