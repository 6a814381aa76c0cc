import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors.ts';
import { claimRequest, keepAnswer, type RequestKey, releaseRequest } from '../../store/repeatable-requests.ts';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { Caller, Route } from '../route.ts';

export const keyHeader = 'Idempotency-Key';
export const keyPattern = '^[!-~]{1,255}$';

/** What makes something new, so that doing it twice would make two. */
export function takesKey({ method, access, status }: Route): boolean {
  return method === 'POST' && access !== 'public' && (status === 201 || status === 202);
}

/** So long an answer may take; then whoever was to give it is lost. */
const answeringMs = 10 * 60_000;

/**
 * Does what is asked for once, however often it is asked for with the same key in the header, and gives the same answer
 * each time: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header. Without a key it is done.
 */
export async function answerOnce(
  context: ServerContext,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const { store, seal, log, now } = context;
  const { caller } = request;
  const key = takesKey(route) ? keyOf(request) : undefined;
  if (key === undefined || !caller) return work();
  const claim = { account: caller.account, key };
  const asked = digestOf(request, caller);
  const earlier = await claimRequest(store, { ...claim, request: asked, at: now() });
  if (earlier && !earlier.request.equals(asked)) throw new AppError('KEY_REUSED', reused);
  if (earlier?.answer) {
    reply.header('idempotency-replayed', 'true');
    return JSON.parse(seal.open(earlier.answer, purposeOf(claim)));
  }
  if (earlier) throw unanswered(now().getTime() - earlier.at.getTime() < answeringMs, caller.who);
  const answer = await work().catch(async (error) => {
    await releaseRequest(store, claim).catch((cause) => log.warn({ err: cause }, 'a key could not be given back'));
    throw error;
  });
  // It is done: that its answer cannot be repeated is no reason to keep it back.
  await keepAnswer(store, claim, seal.seal(JSON.stringify(answer ?? null), purposeOf(claim))).catch((error) =>
    log.warn({ err: error, requestId: request.id }, 'an answer was not kept for a repeated request'),
  );
  return answer;
}

/** The draft has it in quotes; most clients leave them out. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const given = headers[keyHeader.toLowerCase()];
  if (given === undefined) return undefined;
  const key = String(given).replace(/^"(.+)"$/, '$1');
  if (new RegExp(keyPattern).test(key)) return key;
  throw new AppError('REQUEST_INVALID', `${keyHeader} is 1 to 255 visible ASCII characters, best a random UUID.`);
}

/** With the caller's rights: a token of few does not get what one of many was answered. */
function digestOf({ method, url, bytes }: FastifyRequest, { grants }: Caller): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([method, url, grants]))
    .update(bytes)
    .digest();
}

function purposeOf({ account, key }: RequestKey): string {
  return `answer/${account}/${key}`;
}

const reused = `This ${keyHeader} was used for another request, or with other rights. Choose a new one for each thing you ask for.`;

function unanswered(isBeingAnswered: boolean, who: string): AppError {
  if (isBeingAnswered)
    return new Refusal('CONFLICT', 'The same request is being answered just now. Ask again in a moment.', who, 2);
  const message = `The same request was broken off, so nobody knows whether it was done. Look whether it was; if not, ask with a new ${keyHeader}.`;
  return new AppError('CONFLICT', message);
}
