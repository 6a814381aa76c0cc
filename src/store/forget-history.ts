import { type RawBuilder, sql } from 'kysely';
import { closeFence } from './builds.ts';
import { everHeld } from './ever-held.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** What was forgotten, by table; `more` when the time did not do and older things are left. */
export interface ForgottenHistory {
  readonly rows: Readonly<Record<string, number>>;
  readonly more: boolean;
}

interface Batch {
  readonly rows: number;
  /** Where the next batch begins; undefined when nothing is left. */
  readonly next: number | undefined;
}

type Forget = (store: Store, before: Date, after: number) => Promise<Batch>;

const rowsAtOnce = 5_000;
const imagesAtOnce = 50;

/**
 * Forgets what ended before a time: what happened to images, findings that went, what exceptions covered, tags that
 * moved on, places that an image left for others, images that lie nowhere, updates that no image needs, counts of days,
 * databases that were replaced.
 * What stands is kept whatever its age, and so is what people decided. Each batch is a short transaction of its own, and
 * none begins after `withinMs`.
 */
export async function forgetHistory(store: Store, before: Date, withinMs: number): Promise<ForgottenHistory> {
  const end = performance.now() + withinMs;
  const rows: Record<string, number> = {};
  for (const [name, forget] of parts)
    for (let next: number | undefined = 0; next !== undefined; ) {
      if (performance.now() > end) return { rows, more: true };
      const batch = await forget(store, before, next);
      if (batch.rows > 0) rows[name] = (rows[name] ?? 0) + batch.rows;
      next = batch.next;
    }
  return { rows, more: false };
}

/** Images first: with them go most of their events, places and tags. */
const parts: readonly (readonly [string, Forget])[] = [
  ['image', forgetImages],
  ['image_event', forgetEvents],
  ['candidate_past', old('candidate_past', (before) => sql`until < ${before}`)],
  ['excepted_past', old('excepted_past', (before) => sql`until < ${before}`)],
  ['tag_past', old('tag_past', (before) => sql`until < ${before}`)],
  ['placement', old('placement', leftForOthers)],
  ['update_summary', old('update_summary', (before) => sql`gone < ${before}`)],
  ['recommendation_note', old('recommendation_note', ofNoUpdate)],
  ['day_summary', old('day_summary', (before) => sql`day < ${before}::timestamptz::date`)],
  ['reach_day', old('reach_day', (before) => sql`day < ${before}::timestamptz::date`)],
  ['build', old('build', replaced)],
];

/** Rows under a condition, so many at a time. */
function old(table: string, condition: (before: Date) => RawBuilder<unknown>): Forget {
  return async (store, before) => {
    const { numAffectedRows } = await sql`DELETE FROM ${sql.table(table)} WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM ${sql.table(table)} WHERE ${condition(before)} LIMIT ${rowsAtOnce}))`.execute(store);
    const rows = Number(numAffectedRows ?? 0n);
    return { rows, next: rows < rowsAtOnce ? undefined : 0 };
  };
}

/** The last place of an image stays as long as the image: it says who may see what is left of it. */
function leftForOthers(before: Date): RawBuilder<unknown> {
  return sql`deleted < ${before} AND EXISTS (
    SELECT FROM placement AS other WHERE other.image = placement.image AND other.deleted IS NULL)`;
}

function ofNoUpdate(before: Date): RawBuilder<unknown> {
  return sql`changed < ${before} AND NOT EXISTS (SELECT FROM update_summary AS u WHERE u.key = recommendation_note.key)`;
}

/** The one in force stays, and the one before it. */
function replaced(before: Date): RawBuilder<unknown> {
  return sql`installed < ${before} AND id NOT IN (SELECT newest.id FROM build AS newest ORDER BY newest.id DESC LIMIT 2)`;
}

/** When a finding that stands was seen first is no history: an event that says so stays. */
async function forgetEvents(store: Store, before: Date, after: number): Promise<Batch> {
  const { rows } = await sql<{ rows: number; last: string | null }>`WITH old AS (
      SELECT id FROM image_event AS e WHERE id > ${after} AND at < ${before} AND NOT (change = 'appeared' AND EXISTS (
        SELECT FROM candidate AS c
          JOIN ${everHeld} AS held ON held.image = e.image
        WHERE c.component = e.component AND c.flaw = e.flaw AND c.component = ANY(held.components)))
      ORDER BY id LIMIT ${rowsAtOnce}),
    forgotten AS (DELETE FROM image_event USING old WHERE image_event.id = old.id)
    SELECT count(*)::integer AS rows, max(id) AS last FROM old`.execute(store);
  const [batch] = rows;
  const isLast = (batch?.rows ?? 0) < rowsAtOnce;
  return { rows: batch?.rows ?? 0, next: isLast ? undefined : Number(batch?.last) };
}

/** With all that was kept of them. One that is being placed again, or scanned, at this moment stays. */
async function forgetImages(store: Store, before: Date, after: number): Promise<Batch> {
  const old = sql`FROM image WHERE gone < ${before} AND id > ${after}`;
  const { rows: some } = await sql`SELECT ${old} LIMIT 1`.execute(store);
  if (some.length === 0) return { rows: 0, next: undefined };
  return store.transaction().execute(async (transaction) => {
    // No scan is recorded meanwhile: it could link an image to what is about to go.
    await closeFence(transaction);
    const { rows } = await sql<{ id: number; components: number[] | null }>`SELECT id,
        (SELECT components FROM image_components_gone AS held WHERE held.image = image.id) AS components
      ${old} ORDER BY id LIMIT ${imagesAtOnce} FOR UPDATE SKIP LOCKED`.execute(transaction);
    const ids = rows.map(({ id }) => id);
    // Asked once the rows are held: nobody can bring one of them back between the question and the answer.
    const { numAffectedRows } = await sql`DELETE FROM image WHERE id = ANY(${ids}::integer[])
      AND NOT EXISTS (SELECT FROM placement WHERE placement.image = image.id AND deleted IS NULL)
      AND NOT EXISTS (SELECT FROM job WHERE job.image = image.id AND job.state IN ('waiting', 'running'))`.execute(
      transaction,
    );
    await forgetComponents(transaction, [...new Set(rows.flatMap(({ components }) => components ?? []))]);
    return { rows: Number(numAffectedRows ?? 0n), next: ids.length < imagesAtOnce ? undefined : ids.at(-1) };
  });
}

/** Of package versions that no image has any more nobody asks. */
async function forgetComponents(transaction: StoreTransaction, components: readonly number[]): Promise<void> {
  await sql`DELETE FROM component WHERE id IN (
    SELECT c FROM unnest(${components}::integer[]) AS c
      WHERE NOT EXISTS (SELECT FROM image_components WHERE components @> ARRAY[c])
    EXCEPT SELECT unnest(components) FROM image_components_gone WHERE components && ${components}::integer[])`.execute(
    transaction,
  );
}
