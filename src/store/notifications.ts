import { sql } from 'kysely';
import type { Store } from './tables.ts';

/** Which of these deliveries were taken before. */
export async function takenDeliveries(
  store: Store,
  registry: number,
  deliveries: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await store
    .selectFrom('notification')
    .select('delivery')
    .where('registry', '=', registry)
    .where(sql<boolean>`delivery = ANY(${[...deliveries]}::text[])`)
    .execute();
  return new Set(rows.map(({ delivery }) => delivery));
}

export async function takeDeliveries(
  store: Store,
  registry: number,
  deliveries: readonly string[],
  at: Date,
): Promise<void> {
  await sql`INSERT INTO notification (registry, delivery, at)
    SELECT ${registry}::integer, delivery, ${at}::timestamptz FROM unnest(${[...deliveries].sort()}::text[]) AS given(delivery)
    ON CONFLICT DO NOTHING`.execute(store);
}

/** Forgets deliveries that are too old to be taken again anyway. */
export async function forgetDeliveries(store: Store, before: Date): Promise<void> {
  await store.deleteFrom('notification').where('at', '<', before).execute();
}
