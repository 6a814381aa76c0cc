import { AppError } from '../../lib/errors.ts';
import { accountById, changeAccount } from '../../store/accounts.ts';
import { removeSession, removeSessionsOf } from '../../store/sessions.ts';
import type { ServerContext } from '../context.ts';
import { passwordChange, session, signInForm, signInOptions } from '../contract/access.ts';
import { type Caller, type Route, route } from '../route.ts';
import { describeSession } from '../sign-in/describe-session.ts';
import { grantsOf } from '../sign-in/grants.ts';
import { beginAttempt } from '../sign-in/lockout.ts';
import { hashPassword, verifyPassword } from '../sign-in/passwords.ts';
import { clearCookie, sessionOf, startSession } from '../sign-in/sessions.ts';
import { signIn } from '../sign-in/sign-in.ts';

const options = route({
  id: 'session.options',
  method: 'GET',
  path: '/session/options',
  summary: 'How one can sign in here.',
  access: 'public',
  answer: signInOptions,
  handle: async (_request, { config }) => ({
    password: true,
    providers: config.signIn.oidc.map(({ id, title }) => ({ id, title })),
  }),
});

const create = route({
  id: 'session.create',
  method: 'POST',
  path: '/session',
  summary: 'Signs in with name and password; sets the cookie.',
  access: 'public',
  rate: 'sign-in',
  body: signInForm,
  answer: session,
  handle: async ({ body, from, headers }, context) => {
    const { session: made, cookies } = await signIn(context, body, from, headers.cookie as string | undefined);
    return { body: made, headers: { 'set-cookie': cookies } };
  },
});

const read = route({
  id: 'session.read',
  method: 'GET',
  path: '/session',
  summary: 'Who is signed in.',
  access: 'own-session',
  answer: session,
  handle: async ({ caller, headers }, context) => {
    const live = await sessionOf(context, headers.cookie as string | undefined);
    const account = live ?? (caller && (await accountById(context.store, caller.account)));
    if (!account) throw new AppError('SIGN_IN_NEEDED', 'Sign in first.');
    const byToken = { csrf: '', expires: caller?.expires ?? context.now() };
    return describeSession(account, caller?.grants ?? grantsOf(account.grants), live ?? byToken);
  },
});

const end = route({
  id: 'session.end',
  method: 'DELETE',
  path: '/session',
  summary: 'Signs out.',
  access: 'own-session',
  status: 204,
  trail: 'session.end',
  handle: async ({ headers }, context) => {
    const live = await sessionOf(context, headers.cookie as string | undefined);
    if (live) await removeSession(context.store, live.hash);
    return { body: undefined, headers: { 'set-cookie': clearCookie(context.config) } };
  },
});

const changePassword = route({
  id: 'session.changePassword',
  method: 'POST',
  path: '/session/password',
  summary: 'Changes the own password and signs out everywhere else.',
  access: 'own-session',
  rate: 'sign-in',
  body: passwordChange,
  answer: session,
  trail: 'session.change-password',
  handle: async ({ body, caller, headers, from }, context) => {
    const account = caller && (await accountById(context.store, caller.account));
    if (!account || caller.by !== 'session')
      throw new AppError('FORBIDDEN', 'A password is changed by its owner, signed in with it.');
    if (body.new === body.old)
      throw new AppError('REQUEST_INVALID', 'The new password is the present one. Choose another.');
    await checkOldPassword(context, account, body.old, from, headers.cookie as string | undefined);
    await changeAccount(context.store, account.id, {
      password: await hashPassword(body.new),
      mustChangePassword: false,
    });
    await removeSessionsOf(context.store, account.id);
    const made = await startSession(context, account.id);
    return {
      body: describeSession({ ...account, must_change_password: false }, caller.grants, made),
      headers: { 'set-cookie': made.cookie },
    };
  },
});

/** Counted like signing in: a stolen session is not a way to guess. */
async function checkOldPassword(
  context: ServerContext,
  account: { readonly login: string; readonly password: string | null },
  old: string,
  from: Caller['from'],
  cookies: string | undefined,
): Promise<void> {
  if (account.password === null) throw new AppError('CONFLICT', 'This account signs in elsewhere and has no password.');
  const attempt = await beginAttempt(context, account.login, from, cookies);
  const right = await verifyPassword(account.password, old);
  if (!right || attempt.locked)
    throw new AppError('FORBIDDEN', 'The old password is wrong. Try again, or wait a while.');
  await attempt.succeeded();
}

export const sessionRoutes: readonly Route[] = [options, create, read, end, changePassword];
