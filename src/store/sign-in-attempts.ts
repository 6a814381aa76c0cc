import type { Store, StoreTransaction } from './tables.ts';

export interface CountedAttempt {
  /** This attempt included; it counts as wrong until it is cleared. */
  readonly failures: number;
  readonly locked_until: Date | null;
}

/** Counts an attempt before its password is looked at, so that many at once are all counted. */
export async function countAttempt(store: Store, login: string, place: string, at: Date): Promise<CountedAttempt> {
  return store
    .insertInto('sign_in_attempt')
    .values({ login, place, failures: 1, last: at })
    .onConflict((conflict) =>
      conflict
        .columns(['login', 'place'])
        .doUpdateSet((set) => ({ failures: set('sign_in_attempt.failures', '+', 1), last: at })),
    )
    .returning(['failures', 'locked_until'])
    .executeTakeFirstOrThrow();
}

/** Locks, and starts to count anew for the time after. */
export async function lockPlace(store: Store, login: string, place: string, until: Date): Promise<void> {
  await store
    .updateTable('sign_in_attempt')
    .set({ failures: 0, locked_until: until })
    .where('login', '=', login)
    .where('place', '=', place)
    .execute();
}

export async function clearAttempts(store: Store, login: string, places: readonly string[]): Promise<void> {
  await store
    .updateTable('sign_in_attempt')
    .set({ failures: 0, locked_until: null })
    .where('login', '=', login)
    .where('place', 'in', [...places])
    .execute();
}

/** Forgets every count and every browser, as after a new password. */
export async function forgetAttempts(store: Store | StoreTransaction, login: string): Promise<void> {
  await store.deleteFrom('sign_in_attempt').where('login', '=', login).execute();
}

/** Remembers a place without a failure; a browser is one that signed in. */
export async function rememberPlace(store: Store, login: string, place: string, at: Date): Promise<void> {
  await store
    .insertInto('sign_in_attempt')
    .values({ login, place, failures: 0, last: at })
    .onConflict((conflict) => conflict.columns(['login', 'place']).doUpdateSet({ failures: 0, last: at }))
    .execute();
}

export async function forgetPlace(store: Store, login: string, place: string): Promise<void> {
  await store.deleteFrom('sign_in_attempt').where('login', '=', login).where('place', '=', place).execute();
}

export async function knowsPlace(store: Store, login: string, place: string): Promise<boolean> {
  const found = await store
    .selectFrom('sign_in_attempt')
    .select('place')
    .where('login', '=', login)
    .where('place', '=', place)
    .executeTakeFirst();
  return found !== undefined;
}

/** Those of the logins that are locked somewhere now. */
export async function lockedLogins(store: Store, logins: readonly string[], at: Date): Promise<ReadonlySet<string>> {
  if (logins.length === 0) return new Set();
  const found = await store
    .selectFrom('sign_in_attempt')
    .select('login')
    .distinct()
    .where('login', 'in', [...logins])
    .where('locked_until', '>', at)
    .execute();
  return new Set(found.map(({ login }) => login));
}

export async function removeOldAttempts(store: Store, browsersBefore: Date, othersBefore: Date): Promise<void> {
  await store
    .deleteFrom('sign_in_attempt')
    .where((where) =>
      where.or([
        where('last', '<', browsersBefore),
        where.and([where('last', '<', othersBefore), where('place', 'not like', 'browser:%')]),
      ]),
    )
    .execute();
}
