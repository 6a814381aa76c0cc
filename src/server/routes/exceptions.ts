import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { reachOf } from '../../store/excepted.ts';
import { askOnce, decideException, isScopeWithin, type WaitingRequest } from '../../store/exceptions.ts';
import { listExceptions, readException } from '../../store/read/list-exceptions.ts';
import { AlreadyThere } from '../already-there.ts';
import type { ServerContext } from '../context.ts';
import {
  type ExceptionRequest,
  exceptionDecision,
  exceptionPage,
  exceptionQuery,
  exceptionReach,
  exceptionRequest,
  exceptionRow,
} from '../contract/exceptions.ts';
import { type Access, type Caller, type Route, route } from '../route.ts';
import { readSettings } from '../settings.ts';
import { visibilityOf } from '../visible.ts';

const access: Access = { role: 'reader', within: 'scoped' };
const params = z.object({ id: z.uuid() });
const msPerDay = 86_400_000;

const list = route({
  id: 'exceptions.list',
  method: 'GET',
  path: '/exceptions',
  summary: 'What was decided not to be fixed, and until when; what ends first comes first.',
  access,
  takesScope: true,
  query: exceptionQuery,
  answer: exceptionPage,
  handle: async ({ query, caller }, { store }) =>
    // What one asked for elsewhere is not of the part that one chose to see.
    listExceptions(store, query, await visibilityOf(store, caller), caller?.within ? undefined : caller?.who),
});

const ask = route({
  id: 'exceptions.ask',
  method: 'POST',
  path: '/exceptions',
  summary:
    'Asks for an exception. It silences nothing until an analyst approves it. What waits for a decision already is not asked for again.',
  access,
  body: exceptionRequest,
  answer: exceptionRow,
  status: 201,
  trail: 'exception.ask',
  handle: async ({ body, caller }, context) => {
    const { scope, reason, kind } = body;
    const expires = await endOf(body, context);
    const visibility = await visibilityOf(context.store, caller);
    const wanted = { scope, reason, kind, expires, askedBy: caller?.who ?? '' };
    const asked = await askOnce(context.store, wanted, { visibility, now: context.now() });
    if ('waiting' in asked) throw waits(asked.waiting, caller);
    context.events.tell({ kind: 'exception', id: asked.id });
    return read(asked.id, caller, context);
  },
});

const reach = route({
  id: 'exceptions.reach',
  method: 'POST',
  path: '/exceptions/reach',
  summary: 'How much a request would silence, before it is made.',
  access,
  body: z.object({ scope: exceptionRequest.shape.scope }),
  answer: exceptionReach,
  handle: async ({ body, caller }, { store }) => {
    const visibility = await visibilityOf(store, caller);
    if (!(await isScopeWithin(store, body.scope, visibility)))
      throw new AppError(
        'FORBIDDEN',
        'How far this reaches is not yours to see: name a registry and a repository that you may see.',
      );
    return reachOf(store, given(body.scope));
  },
});

const decide = route({
  id: 'exceptions.decide',
  method: 'POST',
  path: '/exceptions/{id}/decision',
  summary: 'Approves, refuses or withdraws an exception; findings follow at once.',
  access: { role: 'analyst', within: 'scoped' },
  params,
  body: exceptionDecision,
  answer: exceptionRow,
  trail: 'exception.decide',
  handle: async ({ params, body, caller }, context) => {
    const { store, events, now } = context;
    const own = await visibilityOf(store, caller, 'analyst');
    // Who decides for a part must see requests about that part, whoever asked.
    const found = await readException(store, params.id, 'everything');
    if (!found || !(await isScopeWithin(store, found.scope, own))) throw missing(params.id);
    await decideException(store, params.id, { ...body, by: caller?.who ?? '', at: now() });
    events.tell({ kind: 'exception', id: params.id });
    return readException(store, params.id, 'everything').then((row) => row ?? Promise.reject(missing(params.id)));
  },
});

export const exceptionRoutes: readonly Route[] = [list, ask, reach, decide];

async function read(id: string, caller: Caller | undefined, { store }: Pick<ServerContext, 'store'>) {
  const row = await readException(store, id, await visibilityOf(store, caller), caller?.who);
  if (!row) throw missing(id);
  return row;
}

/** The end that was asked for; the latest that is allowed where none was. */
async function endOf({ expires }: ExceptionRequest, { store, now }: Pick<ServerContext, 'store' | 'now'>) {
  const { exceptionDays } = await readSettings(store);
  const latest = exceptionDays === 0 ? undefined : new Date(now().getTime() + exceptionDays * msPerDay);
  if (expires === undefined) return latest?.toISOString();
  if (new Date(expires) <= now()) throw new AppError('REQUEST_INVALID', 'The exception would end in the past.');
  if (latest && new Date(expires) > latest)
    throw new AppError(
      'REQUEST_INVALID',
      `An exception may last ${exceptionDays} days at most; choose an earlier end.`,
    );
  return expires;
}

function given(scope: ExceptionRequest['scope']): Record<string, string> {
  return Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));
}

function waits({ id, by }: WaitingRequest, caller: Caller | undefined): AppError {
  const who = by === caller?.who ? 'You' : by;
  return new AlreadyThere(`${who} asked for this already; it waits for a decision.`, id);
}

function missing(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no exception ${id}, or it is not yours to see or decide.`);
}
