import { sql } from 'kysely';
import { prepared } from './prepared.ts';
import type { Store } from './tables.ts';

/** What lies under a name; not checked. */
export async function readSetting(store: Store, name: string): Promise<unknown> {
  const found = await store
    .selectFrom('setting')
    .select('value')
    .where('name', '=', name)
    .modifyFront(prepared)
    .executeTakeFirst();
  return found?.value;
}

/** Lays fields over those that lie there, so that two who change different ones do not undo each other. */
export async function mergeSetting(store: Store, name: string, fields: object): Promise<unknown> {
  const { value } = await store
    .insertInto('setting')
    .values({ name, value: JSON.stringify(fields) })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ value: sql<string>`setting.value || excluded.value` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}
