import { addAccount } from '../../store/accounts.ts';
import { addToTrail } from '../../store/trail.ts';
import type { ServerContext } from '../context.ts';
import { hashPassword, readablePassword } from './passwords.ts';

export interface FirstAdministrator {
  readonly login: string;
  /** Only when it was made up here; to be shown once. */
  readonly password?: string;
}

/** Makes the account `admin` in a store that has none at all; undefined in any other. Replicas may race for it. */
export async function ensureFirstAdministrator(
  { store }: Pick<ServerContext, 'store'>,
  password?: string,
): Promise<FirstAdministrator | undefined> {
  const anybody = await store.selectFrom('account').select('id').limit(1).executeTakeFirst();
  if (anybody) return undefined;
  const chosen = password ?? readablePassword();
  const made = await addAccount(store, {
    login: 'admin',
    name: 'Administrator',
    source: 'local',
    password: await hashPassword(chosen),
    grants: [{ role: 'admin', scope: { kind: 'all' } }],
  });
  if (!made) return undefined;
  await addToTrail(store, { who: 'server', action: 'user.create', subject: 'admin', outcome: 'done' });
  return { login: 'admin', ...(password === undefined && { password: chosen }) };
}
