import { rememberShortly } from '../../store/short-memory.ts';
import { tokenByHash, touchToken } from '../../store/tokens.ts';
import type { ServerContext } from '../context.ts';
import type { Caller } from '../route.ts';
import { intersect } from './access.ts';
import { grantsOf } from './grants.ts';
import { hashOfSecret } from './secret-text.ts';
import { sessionOf, touchEveryMs } from './sessions.ts';

export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly from: string;
}

export interface Identified {
  readonly caller: Caller;
  /** What a change made with a cookie must show; none is needed with a token, which no browser sends by itself. */
  readonly csrf: string | undefined;
  /** Signed in with a password that somebody else chose; a token was made by its owner. */
  readonly mustChangePassword: boolean;
}

/**
 * Each request asks who asks. What this server changes it sees at once; what another replica changed (a token taken back,
 * a grant) within this time.
 */
const rememberedMs = 1_000;

/** Who asks, by API token or by session; a token that does not hold is not passed over for a cookie. */
export async function identify(
  context: ServerContext,
  credentials: Credentials,
  { touch }: { readonly touch: boolean } = { touch: true },
): Promise<Identified | undefined> {
  if (credentials.authorization !== undefined) return byToken(context, credentials.authorization, credentials.from);
  const session = await sessionOf(context, credentials.cookie, touch, rememberedMs);
  if (!session) return undefined;
  const { login, id, csrf } = session;
  return {
    caller: {
      who: login,
      account: id,
      by: 'session',
      grants: grantsOf(session.grants),
      from: credentials.from,
      expires: session.expires,
    },
    csrf,
    mustChangePassword: session.must_change_password,
  };
}

const tokenForm = /^Bearer (bw_[\w-]{43})$/i;

async function byToken(context: ServerContext, authorization: string, from: string): Promise<Identified | undefined> {
  const secret = tokenForm.exec(authorization)?.[1];
  if (!secret) return undefined;
  const hash = hashOfSecret(secret);
  const found = await rememberShortly(context.store, ['token', hash.toString('base64')], rememberedMs, () =>
    tokenByHash(context.store, hash),
  );
  const now = context.now();
  if (!found || found.disabled || found.expires <= now) return undefined;
  if (!found.last_used || now.getTime() - found.last_used.getTime() > touchEveryMs)
    await touchToken(context.store, found.token, now);
  const grants = intersect(grantsOf(found.token_grants), grantsOf(found.account_grants));
  return {
    caller: { who: found.login, account: found.id, by: 'token', grants, from, expires: found.expires },
    csrf: undefined,
    mustChangePassword: false,
  };
}
