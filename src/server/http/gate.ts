import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { Caller, Route } from '../route.ts';
import { mayCall } from '../sign-in/access.ts';
import { type Identified, identify } from '../sign-in/identify.ts';
import { sameText } from '../sign-in/secret-text.ts';
import { addressKey, createRate, type Rate } from './rate.ts';

/** Who may pass to a route's handler: run before a byte of the body is read. */
export type Gate = (route: Route, request: FastifyRequest) => Promise<Caller | undefined>;

export function createGate(context: ServerContext): Gate {
  const { rate } = context.config;
  const now = () => context.now().getTime();
  // Until somebody is known, an address is counted; half again as much, since several may share one.
  const addresses = createRate(Math.ceil(rate.requestsPerMinute * 1.5), now);
  const callers = createRate(rate.requestsPerMinute, now);
  const signIns = createRate(rate.signInsPerMinute, now);

  return async (route, request) => {
    take(addresses, addressKey(request.ip));
    if (route.rate === 'sign-in') take(signIns, addressKey(request.ip));
    if (route.access === 'public') {
      refuseForeignSite(route, request);
      return undefined;
    }
    const identified = await identify(context, {
      authorization: request.headers.authorization,
      cookie: request.headers.cookie,
      from: request.ip,
    });
    if (!identified) throw new Refusal('SIGN_IN_NEEDED', signInNeeded(request));
    const { caller } = identified;
    take(callers, caller.account, caller.who);
    refuseForgery(route, request, identified);
    refuseGivenPassword(route, identified);
    if (!mayCall(route.access, caller.grants)) throw new Refusal('FORBIDDEN', whatIsMissing(route), caller.who);
    return caller;
  };
}

function take(rate: Rate, key: string, who?: string): void {
  const wait = rate.take(key);
  if (wait !== undefined)
    throw new Refusal('RATE_LIMITED', `Too many requests. Try again in ${wait} seconds.`, who, wait);
}

function signInNeeded({ headers }: FastifyRequest): string {
  return headers.authorization === undefined
    ? 'Sign in first, or send an API token as "Authorization: Bearer bw_…".'
    : 'The token is not valid: it is unknown, expired or taken back. Make a new one in the console under Users and tokens.';
}

/** A change made with the cookie must show that our own page asks: only that can read the session's token. */
function refuseForgery(route: Route, { headers }: FastifyRequest, { csrf, caller }: Identified): void {
  if (route.method === 'GET' || csrf === undefined) return;
  const shown = headers['x-csrf-token'];
  if (typeof shown !== 'string' || !sameText(shown, csrf))
    throw new Refusal('FORBIDDEN', 'The header X-CSRF-Token is missing or wrong. Load the page anew.', caller.who);
}

/** Whoever chose the password could sign in with it, too: until it is changed, the session is nobody's in particular. */
function refuseGivenPassword(route: Route, { mustChangePassword, caller }: Identified): void {
  if (mustChangePassword && route.access !== 'own-session')
    throw new Refusal(
      'PASSWORD_CHANGE_NEEDED',
      'This password was set by somebody else. Choose one of your own first: sign in to the console, or POST /api/v1/session/password.',
      caller.who,
    );
}

/** A foreign page must not sign its reader in as somebody else. */
function refuseForeignSite(route: Route, { headers }: FastifyRequest): void {
  if (route.method !== 'GET' && headers['sec-fetch-site'] === 'cross-site')
    throw new Refusal('FORBIDDEN', 'This cannot be asked for by a page of another site.');
}

function whatIsMissing({ access }: Route): string {
  if (typeof access === 'string') return 'This is not yours to do.';
  const reach = access.within === 'everywhere' ? ' over everything' : '';
  return `This takes the role "${access.role}"${reach}. An administrator can grant it.`;
}
