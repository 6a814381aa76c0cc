import { createHash } from 'node:crypto';
import { accountBySubject, addAccount, changeAccount } from '../../store/accounts.ts';
import type { ServerContext } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { Identity, Provider } from './oidc.ts';

/** The account of who came back from a provider, made at the first time; name and grants follow the provider each time. */
export async function accountOf(
  { store }: Pick<ServerContext, 'store'>,
  provider: Provider,
  { subject, login, name, grants }: Identity,
): Promise<{ readonly id: string; readonly login: string }> {
  const found = await accountBySubject(store, subject);
  if (found) {
    if (found.disabled) throw new Refusal('FORBIDDEN', 'This account is disabled. Ask an administrator.', found.login);
    await changeAccount(store, found.id, { name: name ?? null, grants });
    return found;
  }
  // Somebody else's login, a local account's above all, is never taken over.
  const mark = createHash('sha256').update(subject).digest('hex').slice(0, 8);
  for (const free of [login, `${login}.${provider.id}`, `${login}.${provider.id}.${mark}`]) {
    const made = await addAccount(store, { login: free, name, source: 'oidc', subject, grants });
    if (made) return { id: made.id, login: free };
    // Two sign-ins at once: the other one made it.
    const raced = await accountBySubject(store, subject);
    if (raced) return raced;
  }
  throw new Refusal('CONFLICT', 'No login is free for this account. Ask an administrator.', login);
}
