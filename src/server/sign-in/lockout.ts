import {
  clearAttempts,
  countAttempt,
  forgetPlace,
  knowsPlace,
  lockPlace,
  rememberPlace,
} from '../../store/sign-in-attempts.ts';
import type { ServerContext } from '../context.ts';
import { addressKey } from '../http/rate.ts';
import { hashOfSecret, randomSecret } from './secret-text.ts';
import { isSecure, readCookie } from './sessions.ts';

/**
 * Wrong passwords lock the login for a while, per address and, after more of them, everywhere. A browser that signed in
 * before holds a cookie that says so, and is counted by itself: whoever guesses from elsewhere cannot lock out those who
 * are known (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 */
export interface Attempt {
  readonly locked: boolean;
  /** To be called when the password was right; gives the cookie by which the browser is known from then on. */
  readonly succeeded: () => Promise<string | undefined>;
}

const everywhere = 'everywhere';
/** How many times as many wrong passwords from all addresses together. */
const everywhereFactor = 10;

export async function beginAttempt(
  context: Pick<ServerContext, 'store' | 'now' | 'config'>,
  login: string,
  from: string,
  cookies: string | undefined,
): Promise<Attempt> {
  const { store, config } = context;
  const at = context.now();
  const until = new Date(at.getTime() + config.signIn.lockMinutes * 60_000);
  const browser = browserPlace(readCookie(cookies, cookieName));
  if (browser && (await knowsPlace(store, login, browser))) {
    const { failures } = await countAttempt(store, login, browser, at);
    // A stolen cookie is worth only so many guesses.
    if (failures > config.signIn.lockAfter) await forgetPlace(store, login, browser);
    else return { locked: false, succeeded: () => clearAttempts(store, login, [browser]).then(() => undefined) };
  }

  const address = `address:${addressKey(from)}`;
  const limits = [
    { place: address, most: config.signIn.lockAfter },
    { place: everywhere, most: config.signIn.lockAfter * everywhereFactor },
  ];
  let locked = false;
  for (const { place, most } of limits) {
    const { failures, locked_until } = await countAttempt(store, login, place, at);
    if (locked_until !== null && locked_until > at) locked = true;
    else if (failures > most) {
      await lockPlace(store, login, place, until);
      locked = true;
    }
  }
  return {
    locked,
    succeeded: async () => {
      const secret = randomSecret();
      await clearAttempts(store, login, [address, everywhere]);
      await rememberPlace(store, login, `browser:${hashOfSecret(secret).toString('hex')}`, at);
      const secure = isSecure(config) ? '; Secure' : '';
      return `${cookieName}=${secret}; Path=/api/v1/session; HttpOnly; SameSite=Strict; Max-Age=${rememberSeconds}${secure}`;
    },
  };
}

const cookieName = 'breakwater-browser';
export const rememberSeconds = 180 * 86_400;

function browserPlace(secret: string | undefined): string | undefined {
  return secret && /^[\w-]{43}$/.test(secret) ? `browser:${hashOfSecret(secret).toString('hex')}` : undefined;
}
