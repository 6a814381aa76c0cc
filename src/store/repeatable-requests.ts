import { sql } from 'kysely';
import type { Store } from './tables.ts';

export interface RequestKey {
  readonly account: string;
  /** Chosen by the client. */
  readonly key: string;
}

export interface RequestClaim extends RequestKey {
  /** Digest of all that is asked for. */
  readonly request: Buffer;
  readonly at: Date;
}

export interface EarlierRequest {
  readonly request: Buffer;
  readonly at: Date;
  /** Null while it is being answered, and when whoever answered it was lost. */
  readonly answer: Buffer | null;
}

export const requestsKeptMs = 86_400_000;
/** Of one account; the oldest are forgotten for new ones. */
const mostOfAccount = 1_000;

/** Takes a key for a request; gives the request that has it already. */
export async function claimRequest(
  store: Store,
  { account, key, request, at }: RequestClaim,
): Promise<EarlierRequest | undefined> {
  for (;;) {
    const claimed = await store
      .insertInto('repeatable_request')
      .values({ account, key, request, at, answer: null })
      .onConflict((conflict) =>
        conflict
          .columns(['account', 'key'])
          .doUpdateSet({ request, at, answer: null })
          .where('repeatable_request.at', '<', new Date(at.getTime() - requestsKeptMs)),
      )
      .returning('key')
      .executeTakeFirst();
    if (claimed) {
      await sql`DELETE FROM repeatable_request WHERE account = ${account} AND key IN (
        SELECT key FROM repeatable_request WHERE account = ${account} ORDER BY at DESC OFFSET ${mostOfAccount})`.execute(
        store,
      );
      return undefined;
    }
    const earlier = await of(store, { account, key });
    if (earlier) return earlier;
  }
}

export async function keepAnswer(store: Store, { account, key }: RequestKey, answer: Buffer): Promise<void> {
  await store
    .updateTable('repeatable_request')
    .set({ answer })
    .where('account', '=', account)
    .where('key', '=', key)
    .execute();
}

/** What was refused or failed may be asked for again. */
export async function releaseRequest(store: Store, { account, key }: RequestKey): Promise<void> {
  await store.deleteFrom('repeatable_request').where('account', '=', account).where('key', '=', key).execute();
}

export async function forgetRequests(store: Store, before: Date): Promise<void> {
  await store.deleteFrom('repeatable_request').where('at', '<', before).execute();
}

function of(store: Store, { account, key }: RequestKey): Promise<EarlierRequest | undefined> {
  return store
    .selectFrom('repeatable_request')
    .select(['request', 'at', 'answer'])
    .where('account', '=', account)
    .where('key', '=', key)
    .executeTakeFirst();
}
