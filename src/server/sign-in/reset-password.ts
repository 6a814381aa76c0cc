import { AppError } from '../../lib/errors.ts';
import { accountByLogin, changeAccount } from '../../store/accounts.ts';
import { removeSessionsOf } from '../../store/sessions.ts';
import { forgetAttempts } from '../../store/sign-in-attempts.ts';
import type { Store } from '../../store/tables.ts';
import { addToTrail } from '../../store/trail.ts';
import { hashPassword, readablePassword } from './passwords.ts';

/**
 * A new password for a local account, for whoever may read the store anyway: the way back when the last administrator
 * lost theirs. It is made up, answered this once, and must be changed at the next sign-in; a locked or disabled account
 * may sign in again, and its sessions end.
 */
export async function resetPassword(store: Store, login: string): Promise<string> {
  const password = readablePassword();
  const hash = await hashPassword(password);
  await store.transaction().execute(async (transaction) => {
    const account = await accountByLogin(transaction, login);
    if (!account) throw new AppError('NOT_FOUND', `There is no account "${login}"${await othersThan(transaction)}.`);
    if (account.source !== 'local')
      throw new AppError('CONFLICT', `"${login}" signs in elsewhere and has no password here.`);
    await changeAccount(transaction, account.id, { password: hash, mustChangePassword: true, disabled: false });
    await forgetAttempts(transaction, login);
    await removeSessionsOf(transaction, account.id);
    await addToTrail(transaction, {
      who: 'server',
      action: 'user.reset-password',
      subject: login,
      outcome: 'done',
    });
  });
  return password;
}

const named = 5;

async function othersThan(store: Pick<Store, 'selectFrom'>): Promise<string> {
  const rows = await store
    .selectFrom('account')
    .select('login')
    .where('source', '=', 'local')
    .orderBy('created')
    .limit(named)
    .execute();
  return rows.length === 0 ? '' : `; there is ${rows.map(({ login }) => `"${login}"`).join(', ')}`;
}
