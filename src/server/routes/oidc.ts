import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { sawAccount } from '../../store/accounts.ts';
import { addToTrail } from '../../store/trail.ts';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import { type Answer, type Route, route } from '../route.ts';
import { beginJourney, endJourney, type Journey, type Provider } from '../sign-in/oidc.ts';
import { accountOf } from '../sign-in/oidc-account.ts';
import { endSession, isSecure, readCookie, startSession } from '../sign-in/sessions.ts';

const params = z.object({ provider: z.string().regex(/^[a-z0-9-]{1,100}$/) });

const start = route({
  id: 'session.startOidc',
  method: 'GET',
  path: '/session/oidc/{provider}',
  summary: 'Sends the browser to an OpenID provider.',
  access: 'public',
  rate: 'sign-in',
  params,
  query: z.object({ returnTo: z.string().max(2_000).optional().describe('Path of the page to come back to.') }),
  status: 302,
  handle: async ({ params, query }, context) => {
    const provider = providerOf(context, params.provider);
    try {
      const { url, journey } = await beginJourney(context, provider, localPath(query.returnTo));
      const sealed = context.seal.seal(JSON.stringify(journey), sealedFor(provider)).toString('base64url');
      return goTo(url, [journeyCookie(context, provider, sealed, journeySeconds)]);
    } catch (error) {
      context.log.warn({ err: error, provider: provider.id }, 'An OpenID provider could not be asked.');
      return goTo(failedPage('provider'), []);
    }
  },
});

const callback = route({
  id: 'session.endOidc',
  method: 'GET',
  path: '/session/oidc/{provider}/callback',
  summary: 'Takes the browser back from an OpenID provider and signs in.',
  access: 'public',
  rate: 'sign-in',
  params,
  query: z.looseObject({ code: z.string().max(10_000).optional(), state: z.string().max(1_000).optional() }),
  status: 302,
  handle: async ({ params, query, headers, from }, context) => {
    const provider = providerOf(context, params.provider);
    const cookies = headers.cookie as string | undefined;
    const clear = journeyCookie(context, provider, '', 0);
    try {
      const journey = journeyOf(context, provider, cookies);
      const answer = new URLSearchParams(
        Object.entries(query).flatMap(([key, value]): [string, string][] =>
          typeof value === 'string' ? [[key, value]] : [],
        ),
      );
      const account = await accountOf(context, provider, await endJourney(context, provider, journey, answer));
      await endSession(context, cookies);
      const made = await startSession(context, account.id);
      await sawAccount(context.store, account.id, context.now());
      await record(context, provider, account.login, from);
      context.metrics.signIn('done');
      return goTo(journey.returnTo, [made.cookie, clear]);
    } catch (error) {
      context.metrics.signIn('refused');
      context.log.warn({ err: error, provider: provider.id }, 'A sign-in at an OpenID provider failed.');
      await record(context, provider, error instanceof Refusal ? (error.who ?? '(unknown)') : '(unknown)', from, error);
      return goTo(failedPage(error instanceof AppError && error.code === 'FORBIDDEN' ? 'role' : 'refused'), [clear]);
    }
  },
});

export const oidcRoutes: readonly Route[] = [start, callback];

const journeySeconds = 600;

function providerOf({ config }: ServerContext, id: string): Provider {
  const provider = config.signIn.oidc.find((each) => each.id === id);
  if (!provider) throw new AppError('NOT_FOUND', `There is no OpenID provider "${id}".`);
  return provider;
}

const journey = z.object({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  began: z.number(),
});

function journeyOf(context: ServerContext, provider: Provider, cookies: string | undefined): Journey {
  const sealed = readCookie(cookies, cookieName(provider));
  if (!sealed) throw new AppError('SIGN_IN_NEEDED', 'This browser did not start the sign-in, or took too long.');
  const text = context.seal.open(Buffer.from(sealed, 'base64url'), sealedFor(provider));
  const found = journey.parse(JSON.parse(text));
  if (found.provider !== provider.id || context.now().getTime() - found.began > journeySeconds * 1_000)
    throw new AppError('SIGN_IN_NEEDED', 'The sign-in took too long. Start again.');
  return found;
}

function sealedFor({ id }: Provider): string {
  return `oidc/${id}`;
}

function cookieName({ id }: Provider): string {
  return `breakwater-oidc-${id}`;
}

/** Lax, because the provider's page sends the browser back. */
function journeyCookie({ config }: ServerContext, provider: Provider, value: string, seconds: number): string {
  const secure = isSecure(config) ? '; Secure' : '';
  const path = `/api/v1/session/oidc/${provider.id}`;
  return `${cookieName(provider)}=${value}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

/** A path of ours, so that no link to us leads elsewhere. */
function localPath(returnTo: string | undefined): string {
  return returnTo && /^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo) ? returnTo : '/';
}

function failedPage(because: 'provider' | 'refused' | 'role'): string {
  return `/?signInFailed=${because}`;
}

function goTo(location: string, cookies: readonly string[]): Answer<undefined> {
  return {
    body: undefined,
    status: 302,
    headers: { location, 'cache-control': 'no-store', ...(cookies.length > 0 && { 'set-cookie': cookies }) },
  };
}

async function record({ store }: ServerContext, provider: Provider, who: string, from: string, error?: unknown) {
  await addToTrail(store, {
    who,
    address: from,
    action: 'session.create',
    subject: who,
    detail: { provider: provider.id, ...(error !== undefined && { refused: 'by the provider or for lack of a role' }) },
    outcome: error === undefined ? 'done' : 'refused',
  });
}
