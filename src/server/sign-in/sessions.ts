import {
  addSession,
  removeSession,
  type SessionWithAccount,
  sessionByHash,
  touchSession,
} from '../../store/sessions.ts';
import { forgetRemembered, rememberShortly } from '../../store/short-memory.ts';
import { type ServerConfig, servesTls } from '../config.ts';
import type { ServerContext } from '../context.ts';
import { hashOfSecret, randomSecret } from './secret-text.ts';

type SessionContext = Pick<ServerContext, 'config' | 'store' | 'now'>;

export interface MadeSession {
  /** To be given as `set-cookie`. */
  readonly cookie: string;
  readonly csrf: string;
  readonly expires: Date;
}

/** A new session with a new secret, never one that the client brought along. */
export async function startSession(context: SessionContext, account: string): Promise<MadeSession> {
  const secret = randomSecret();
  const created = context.now();
  const expires = new Date(created.getTime() + context.config.signIn.sessionHours * 3_600_000);
  const csrf = randomSecret();
  await addSession(context.store, { hash: hashOfSecret(secret), account, csrf, created, expires });
  return { cookie: setCookie(context.config, secret, expires), csrf, expires };
}

export interface LiveSession extends SessionWithAccount {
  readonly hash: Buffer;
}

/**
 * The session of the request's cookie while it may be used: not expired, not idle for too long, its account enabled.
 * Asking counts as use, but for what a page does by itself. Another server's changes may be seen so many ms late.
 */
export async function sessionOf(
  context: SessionContext,
  cookies: string | undefined,
  touch = true,
  rememberedMs = 0,
): Promise<LiveSession | undefined> {
  const hash = sessionHash(context.config, cookies);
  if (!hash) return undefined;
  const found = await rememberShortly(context.store, ['session', hash.toString('base64')], rememberedMs, () =>
    sessionByHash(context.store, hash),
  );
  const now = context.now().getTime();
  if (!found || found.disabled || found.expires.getTime() <= now) return undefined;
  const idleMs = now - found.last_used.getTime();
  if (idleMs > context.config.signIn.idleMinutes * 60_000) return undefined;
  if (touch && idleMs > touchEveryMs) {
    await touchSession(context.store, hash, context.now());
    forgetRemembered(context.store);
  }
  return { ...found, hash };
}

/** How exactly it is known when a session or a token was used last. */
export const touchEveryMs = 60_000;

export async function endSession(context: SessionContext, cookies: string | undefined): Promise<void> {
  const hash = sessionHash(context.config, cookies);
  if (hash) await removeSession(context.store, hash);
}

export function sessionHash(config: ServerConfig, cookies: string | undefined): Buffer | undefined {
  const secret = readCookie(cookies, cookieName(config));
  return secret && /^[\w-]{43}$/.test(secret) ? hashOfSecret(secret) : undefined;
}

/** Takes the cookie away from the browser. */
export function clearCookie(config: ServerConfig): string {
  return setCookie(config, '', new Date(0));
}

function setCookie(config: ServerConfig, value: string, expires: Date): string {
  const secure = isSecure(config) ? '; Secure' : '';
  return `${cookieName(config)}=${value}; Path=/; HttpOnly; SameSite=Strict; Expires=${expires.toUTCString()}${secure}`;
}

/** A browser takes a `__Host-` cookie only over TLS and only from this very host, so no neighbour can plant one. */
function cookieName(config: ServerConfig): string {
  return isSecure(config) ? '__Host-breakwater' : 'breakwater';
}

/** The first value of a name; a header of hostile length is not looked through twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').slice(0, 8_192).split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** Whether browsers reach the server by TLS: its own or a proxy's. */
export function isSecure(config: ServerConfig): boolean {
  if (config.publicUrl) return config.publicUrl.startsWith('https:');
  return servesTls(config);
}
