import { sql } from 'kysely';
import { behind, type Order, type Page, type PageRequest, pageFrom, sortKeys } from './read/page.ts';
import type { Store, StoreTransaction } from './tables.ts';

export interface Account {
  readonly id: string;
  readonly login: string;
  readonly name: string | null;
  readonly source: string;
  readonly password: string | null;
  readonly must_change_password: boolean;
  /** Not checked yet. */
  readonly grants: unknown;
  readonly disabled: boolean;
}

const columns = ['id', 'login', 'name', 'source', 'password', 'must_change_password', 'grants', 'disabled'] as const;

/** Of the account that a session or a token is of; whose grants these are, the query says. */
export const ownerColumns = [
  'account.id as id',
  'login',
  'account.name as name',
  'source',
  'must_change_password',
  'disabled',
] as const;

export async function accountByLogin(store: Store | StoreTransaction, login: string): Promise<Account | undefined> {
  return store.selectFrom('account').select(columns).where('login', '=', login).executeTakeFirst();
}

export async function accountById(store: Store | StoreTransaction, id: string): Promise<Account | undefined> {
  return store.selectFrom('account').select(columns).where('id', '=', id).executeTakeFirst();
}

export async function accountBySubject(store: Store, subject: string): Promise<Account | undefined> {
  return store.selectFrom('account').select(columns).where('subject', '=', subject).executeTakeFirst();
}

export interface NewAccount {
  readonly login: string;
  readonly name?: string | undefined;
  readonly source: 'local' | 'oidc';
  readonly subject?: string;
  readonly password?: string;
  readonly mustChangePassword?: boolean;
  readonly grants: readonly unknown[];
}

/** Undefined when the login is taken. */
export async function addAccount(
  store: Store | StoreTransaction,
  account: NewAccount,
): Promise<{ id: string } | undefined> {
  return store
    .insertInto('account')
    .values({
      login: account.login,
      name: account.name ?? null,
      source: account.source,
      subject: account.subject ?? null,
      password: account.password ?? null,
      must_change_password: account.mustChangePassword ?? false,
      grants: JSON.stringify(account.grants),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
}

export interface AccountChange {
  readonly name?: string | null | undefined;
  readonly password?: string | undefined;
  readonly mustChangePassword?: boolean | undefined;
  readonly grants?: readonly unknown[] | undefined;
  readonly disabled?: boolean | undefined;
}

export async function changeAccount(store: Store | StoreTransaction, id: string, change: AccountChange): Promise<void> {
  const values = {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.password !== undefined && { password: change.password }),
    ...(change.mustChangePassword !== undefined && { must_change_password: change.mustChangePassword }),
    ...(change.grants !== undefined && { grants: JSON.stringify(change.grants) }),
    ...(change.disabled !== undefined && { disabled: change.disabled }),
  };
  if (Object.keys(values).length === 0) return;
  await store.updateTable('account').set(values).where('id', '=', id).execute();
}

export async function sawAccount(store: Store, id: string, at: Date): Promise<void> {
  await store.updateTable('account').set({ last_seen: at }).where('id', '=', id).execute();
}

export interface AccountListed extends Omit<Account, 'password' | 'must_change_password'> {
  readonly last_seen: Date | null;
  readonly created: Date;
}

const listed = ['id', 'login', 'name', 'source', 'grants', 'disabled', 'last_seen', 'created'] as const;

export async function accountListed(store: Store, login: string): Promise<AccountListed | undefined> {
  return store.selectFrom('account').select(listed).where('login', '=', login).executeTakeFirst();
}

const byLogin: Order = { name: 'accounts', keys: [{ by: sql`login`, type: 'text' }], direction: 'asc' };

export async function listAccounts(
  store: Store,
  text: string | undefined,
  { cursor, limit }: PageRequest,
): Promise<Page<AccountListed>> {
  const rows = await store
    .selectFrom('account')
    .select(listed)
    .select(sortKeys(byLogin).as('sort_keys'))
    .where(behind(byLogin, cursor))
    .$if(text !== undefined, (query) =>
      query.where(sql<boolean>`position(lower(${text}) in lower(login || ' ' || coalesce(name, ''))) > 0`),
    )
    .orderBy('login')
    .limit(limit + 1)
    .execute();
  return pageFrom(rows, byLogin, limit, (row) => row);
}

export async function removeAccount(store: Store | StoreTransaction, id: string): Promise<void> {
  await store.deleteFrom('account').where('id', '=', id).execute();
}

/**
 * The accounts that administer everything, while others' changes wait: asked before one is deleted, disabled or demoted,
 * so that two such changes at once do not leave nobody.
 */
export async function lockAdministrators(transaction: StoreTransaction): Promise<ReadonlySet<string>> {
  const found = await transaction
    .selectFrom('account')
    .select(['id'])
    .where('disabled', '=', false)
    .where(sql<boolean>`grants @> '[{"role":"admin","scope":{"kind":"all"}}]'::jsonb`)
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Set(found.map(({ id }) => id));
}
