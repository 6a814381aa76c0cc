import { accountByLogin, changeAccount, sawAccount } from '../../store/accounts.ts';
import { addToTrail } from '../../store/trail.ts';
import type { ServerContext } from '../context.ts';
import type { Session, SignInForm } from '../contract/access.ts';
import { Refusal } from '../refusal.ts';
import { describeSession } from './describe-session.ts';
import { grantsOf } from './grants.ts';
import { beginAttempt } from './lockout.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import { endSession, startSession } from './sessions.ts';

export interface SignedIn {
  readonly session: Session;
  readonly cookies: readonly string[];
}

/** Signs a local account in; every refusal says the same and takes the same time. */
export async function signIn(
  context: ServerContext,
  { user, password }: SignInForm,
  from: string,
  cookies: string | undefined,
): Promise<SignedIn> {
  const account = await accountByLogin(context.store, user);
  const attempt = await beginAttempt(context, user, from, cookies);
  const right = await verifyPassword(account?.password, password);
  if (!account || !right || attempt.locked || account.disabled) {
    context.metrics.signIn(attempt.locked ? 'locked' : 'refused');
    // What was typed is told only where it names an account: people type passwords into the wrong field.
    const who = account ? user : '(unknown)';
    const because = attempt.locked ? 'locked' : account?.disabled ? 'disabled' : 'wrong name or password';
    await addToTrail(context.store, {
      who,
      address: from,
      action: 'session.create',
      subject: who,
      detail: { refused: because },
      outcome: 'refused',
    });
    throw new Refusal('SIGN_IN_NEEDED', refusal);
  }

  const browserCookie = await attempt.succeeded();
  await endSession(context, cookies);
  if (account.password && isOutdated(account.password))
    await changeAccount(context.store, account.id, { password: await hashPassword(password) });
  const made = await startSession(context, account.id);
  await sawAccount(context.store, account.id, context.now());
  await addToTrail(context.store, {
    who: user,
    address: from,
    action: 'session.create',
    subject: user,
    outcome: 'done',
  });
  context.metrics.signIn('done');
  return {
    session: describeSession(account, grantsOf(account.grants), made),
    cookies: [made.cookie, ...(browserCookie ? [browserCookie] : [])],
  };
}

const refusal =
  'The name or the password is wrong, or too many wrong ones were tried: then wait a while, or ask an administrator.';
