import { sql } from 'kysely';
import { type Account, ownerColumns } from './accounts.ts';
import { prepared } from './prepared.ts';
import { behind, type Order, type Page, type PageRequest, pageFrom, sortKeys } from './read/page.ts';
import type { Store } from './tables.ts';

export interface NewTokenRow {
  readonly hash: Buffer;
  readonly hint: string;
  readonly name: string;
  readonly account: string;
  readonly grants: readonly unknown[];
  readonly created: Date;
  readonly expires: Date;
}

export async function addToken(store: Store, token: NewTokenRow): Promise<string> {
  const { id } = await store
    .insertInto('api_token')
    .values({ ...token, grants: JSON.stringify(token.grants) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export interface TokenWithAccount extends Omit<Account, 'password' | 'grants'> {
  readonly token: string;
  readonly token_grants: unknown;
  readonly account_grants: unknown;
  readonly expires: Date;
  readonly last_used: Date | null;
}

export async function tokenByHash(store: Store, hash: Buffer): Promise<TokenWithAccount | undefined> {
  return store
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account')
    .select([
      ...ownerColumns,
      'api_token.id as token',
      'account.grants as account_grants',
      'api_token.grants as token_grants',
      'expires',
      'last_used',
    ])
    .where('api_token.hash', '=', hash)
    .modifyFront(prepared)
    .executeTakeFirst();
}

export async function touchToken(store: Store, token: string, at: Date): Promise<void> {
  await store.updateTable('api_token').set({ last_used: at }).where('id', '=', token).execute();
}

export interface TokenListed {
  readonly id: string;
  readonly name: string;
  readonly login: string;
  readonly grants: unknown;
  readonly hint: string;
  readonly created: Date;
  readonly expires: Date;
  readonly last_used: Date | null;
}

const newestFirst: Order = {
  name: 'tokens',
  keys: [
    { by: sql`api_token.created`, type: 'timestamptz' },
    { by: sql`api_token.id`, type: 'uuid' },
  ],
  direction: 'desc',
};

/** Newest first, of one account or of all. */
export async function listTokens(
  store: Store,
  account: string | undefined,
  { cursor, limit }: PageRequest,
): Promise<Page<TokenListed>> {
  const rows = await store
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account')
    .select([
      'api_token.id as id',
      'api_token.name as name',
      'login',
      'api_token.grants as grants',
      'hint',
      'api_token.created as created',
      'expires',
      'last_used',
      sortKeys(newestFirst).as('sort_keys'),
    ])
    .where(behind(newestFirst, cursor))
    .$if(account !== undefined, (query) => query.where('api_token.account', '=', account ?? ''))
    .orderBy('api_token.created', 'desc')
    .orderBy('api_token.id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageFrom(rows, newestFirst, limit, (row) => row);
}

/** Whose it was, when there was one; with an account, only if it is that one's. */
export async function removeToken(store: Store, id: string, account?: string): Promise<{ name: string } | undefined> {
  let query = store.deleteFrom('api_token').where('id', '=', id);
  if (account) query = query.where('account', '=', account);
  return query.returning('name').executeTakeFirst();
}

export async function removeOldTokens(store: Store, expiredBefore: Date): Promise<void> {
  await store.deleteFrom('api_token').where('expires', '<', expiredBefore).execute();
}
