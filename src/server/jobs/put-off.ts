import { fromKysely, type JobWithMetadata, type PgBoss } from 'pg-boss';
import type { Store } from '../../store/tables.ts';
import type { QueuedWork } from './boss.ts';
import { TryAgain } from './try-again.ts';

/**
 * Gives work out again at the time that its error names, with its tries as they were: whoever waits for a registry that
 * wants a rest has not failed. Throws every other error again.
 */
export async function putOff(
  error: unknown,
  { name, id, data, priority }: Pick<JobWithMetadata<QueuedWork>, 'name' | 'id' | 'data' | 'priority'>,
  { boss, store }: { readonly boss: PgBoss; readonly store: Store },
): Promise<void> {
  if (!(error instanceof TryAgain) || error.afterMs === undefined) throw error;
  const startAfter = Math.ceil(error.afterMs / 1000);
  await store.transaction().execute(async (transaction) => {
    const db = fromKysely(transaction);
    await boss.complete(name, id, undefined, { db });
    await boss.send(name, data, { startAfter, priority, db });
  });
}
