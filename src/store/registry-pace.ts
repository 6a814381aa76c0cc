import { sql } from 'kysely';
import type { Store } from './tables.ts';

export interface TurnsWanted {
  readonly registry: number;
  readonly count: number;
  /** Between two turns. */
  readonly gapMs: number;
  /** So far back may turns lie that nobody took: they go at once. */
  readonly burstMs: number;
  /** When the registry rests for longer than that, none are taken. */
  readonly longestWaitMs: number;
}

/** When the first of the turns is, from now, or less than nothing when it has passed; the others follow it. */
export type Turns = { readonly firstInMs: number } | { readonly restMs: number };

/** No more than this is given out ahead; a database whose clock was set back does not stop everything. */
const furthestAhead = sql`interval '1 minute'`;
const now = sql`clock_timestamp()`;

/** Takes the next turns of a registry, which no other replica is given. The database's clock is the clock of all. */
export async function takeTurns(store: Store, wanted: TurnsWanted): Promise<Turns> {
  const { registry } = wanted;
  const taken = ms(wanted.count * wanted.gapMs);
  const burst = ms(wanted.burstMs);
  const { rows } = await sql<{ firstInMs: number }>`
    INSERT INTO registry_pace AS pace (registry, due) VALUES (${registry}, ${now} - ${burst} + ${taken})
    ON CONFLICT (registry) DO UPDATE
      SET due = greatest(least(pace.due, ${now} + ${furthestAhead}), pace.rest_until, ${now} - ${burst}) + ${taken}
      WHERE coalesce(pace.rest_until <= ${now} + ${ms(wanted.longestWaitMs)}, true)
    RETURNING ${msUntil(sql`due - ${taken}`)} AS "firstInMs"`.execute(store);
  return rows[0] ?? { restMs: await restOf(store, registry) };
}

/** The registry wants to be left alone for so long, by all. */
export async function restRegistry(store: Store, registry: number, restMs: number): Promise<void> {
  const until = sql`${now} + ${ms(restMs)}`;
  await sql`
    INSERT INTO registry_pace AS pace (registry, due, rest_until) VALUES (${registry}, ${now}, ${until})
    ON CONFLICT (registry) DO UPDATE SET rest_until = greatest(pace.rest_until, ${until})`.execute(store);
}

async function restOf(store: Store, registry: number): Promise<number> {
  const { rows } = await sql<{ restMs: number }>`
    SELECT ${msUntil(sql`rest_until`)} AS "restMs" FROM registry_pace WHERE registry = ${registry}`.execute(store);
  return Math.max(0, rows[0]?.restMs ?? 0);
}

function ms(value: number) {
  return sql`(${value}::float8 * interval '1 millisecond')`;
}

function msUntil(instant: ReturnType<typeof ms>) {
  return sql`(extract(epoch FROM (${instant}) - ${now}) * 1000)::float8`;
}
