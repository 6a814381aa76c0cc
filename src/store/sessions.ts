import { type Account, ownerColumns } from './accounts.ts';
import { prepared } from './prepared.ts';
import type { Store, StoreTransaction } from './tables.ts';

export interface NewSession {
  readonly hash: Buffer;
  readonly account: string;
  readonly csrf: string;
  readonly created: Date;
  readonly expires: Date;
}

export async function addSession(store: Store, session: NewSession): Promise<void> {
  await store
    .insertInto('session')
    .values({ ...session, last_used: session.created })
    .execute();
}

export interface SessionWithAccount extends Omit<Account, 'password'> {
  readonly csrf: string;
  readonly created: Date;
  readonly last_used: Date;
  readonly expires: Date;
}

/** The session with its account, whatever its age; nothing when either is gone. */
export async function sessionByHash(store: Store, hash: Buffer): Promise<SessionWithAccount | undefined> {
  return store
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account')
    .select([...ownerColumns, 'grants', 'csrf', 'session.created as created', 'last_used', 'expires'])
    .where('session.hash', '=', hash)
    .modifyFront(prepared)
    .executeTakeFirst();
}

export async function touchSession(store: Store, hash: Buffer, at: Date): Promise<void> {
  await store.updateTable('session').set({ last_used: at }).where('hash', '=', hash).execute();
}

export async function removeSession(store: Store, hash: Buffer): Promise<void> {
  await store.deleteFrom('session').where('hash', '=', hash).execute();
}

/** Signs an account out everywhere, but for one session when given. */
export async function removeSessionsOf(
  store: Store | StoreTransaction,
  account: string,
  except?: Buffer,
): Promise<void> {
  let query = store.deleteFrom('session').where('account', '=', account);
  if (except) query = query.where('hash', '!=', except);
  await query.execute();
}

export async function removeOldSessions(store: Store, expiredBefore: Date, unusedSince: Date): Promise<void> {
  await store
    .deleteFrom('session')
    .where((where) => where.or([where('expires', '<', expiredBefore), where('last_used', '<', unusedSince)]))
    .execute();
}
