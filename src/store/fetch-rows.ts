import { type RawBuilder, sql } from 'kysely';
import type { StoreTransaction } from './tables.ts';

/** Rows of a query, so many at a time, by a cursor of the server: memory does not grow with the answer. */
export async function* fetchRows<Row>(
  transaction: StoreTransaction,
  query: RawBuilder<Row>,
  atOnce: number,
): AsyncGenerator<readonly Row[]> {
  const name = sql.id(`rows_of_${atOnce}`);
  await sql`DECLARE ${name} NO SCROLL CURSOR FOR ${query}`.execute(transaction);
  try {
    for (;;) {
      const { rows } = await sql<Row>`FETCH ${sql.raw(String(atOnce))} FROM ${name}`.execute(transaction);
      if (rows.length > 0) yield rows;
      if (rows.length < atOnce) return;
    }
  } finally {
    // After an error the transaction is over, and the cursor with it.
    await sql`CLOSE ${name}`.execute(transaction).catch(() => undefined);
  }
}
