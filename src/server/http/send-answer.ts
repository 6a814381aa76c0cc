import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer, Route, Streamed } from '../route.ts';

/** Sends what a handler gave: through the route's schema, with an entity tag, or as a stream. */
export async function sendAnswer(route: Route, given: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (isStreamed(given)) return sendStream(given, reply);
  const answer: Answer<unknown> = isAnswer(given) ? given : { body: given };
  const status = answer.status ?? route.status ?? 200;
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    reply.header(name, typeof value === 'string' ? value : [...value]);
  if (route.method !== 'GET' && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  if (!route.answer || answer.body === undefined) return reply.code(status === 200 ? 204 : status).send();

  const payload = JSON.stringify(route.answer.parse(answer.body));
  reply.type('application/json; charset=utf-8');
  if (route.method === 'GET' && status === 200) {
    const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
    reply.header('etag', tag);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).removeHeader('content-type').send();
  }
  return reply.code(status).send(payload);
}

function isStreamed(given: unknown): given is Streamed {
  return isRecord(given) && typeof given.contentType === 'string' && isIterable(given.body);
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** An answer with status or headers, as opposed to a plain body that happens to have a field `body`. */
function isAnswer(given: unknown): given is Answer<unknown> {
  return isRecord(given) && 'body' in given && Object.keys(given).every((key) => answerKeys.includes(key));
}

const answerKeys = ['body', 'status', 'headers'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The first piece is waited for, so that what fails at once is still told with a status. */
async function sendStream(streamed: Streamed, reply: FastifyReply) {
  const pieces = streamed.body[Symbol.asyncIterator]();
  const first = await pieces.next();
  reply.type(streamed.contentType).header('cache-control', 'no-store');
  if (streamed.fileName) reply.header('content-disposition', attachment(streamed.fileName));
  return reply.send(Readable.from(following(first, pieces), { objectMode: false }));
}

async function* following(first: IteratorResult<string | Uint8Array>, pieces: AsyncIterator<string | Uint8Array>) {
  try {
    for (let piece = first; !piece.done; piece = await pieces.next()) yield piece.value;
  } finally {
    await pieces.return?.();
  }
}

/** RFC 6266: a plain name for old clients, the exact one beside it. */
function attachment(name: string): string {
  const plain = name.replace(/[^\w.-]/g, '_').slice(0, 150);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name.slice(0, 150)).replace(/['()*]/g, '_')}`;
}

function namesTag(header: string | undefined, tag: string): boolean {
  if (!header) return false;
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === tag || each.trim() === '*');
}
