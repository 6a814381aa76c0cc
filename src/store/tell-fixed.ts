import { type RawBuilder, sql } from 'kysely';
import { prepared } from './prepared.ts';
import type { StoreTransaction } from './tables.ts';

const named = 3;

/**
 * Writes down how many findings went when these images took tags over from others: once for each time. An image that
 * was not scanned yet is told of when it is.
 */
export async function tellFixed(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length === 0 || !(await haveTurnedOver(transaction, images))) return;
  await sql`INSERT INTO image_event (image, at, cause, change, detail, findings)
    SELECT taken.image, taken.at, 'fixed', 'went', gone.names, gone.findings
    FROM (SELECT DISTINCT ON (image, at) * FROM (${takenOver(images)}) AS each ORDER BY image, at, name) AS taken
      CROSS JOIN LATERAL (SELECT sum(findings)::int AS findings,
          array_to_string((array_agg(name ORDER BY risk DESC, name))[:${named}], ', ') AS names
        FROM (SELECT f.name, max(c.risk) AS risk, count(*) AS findings FROM (${fixedIn('taken')}) AS c
            JOIN flaw AS f ON f.id = c.flaw
          WHERE NOT EXISTS (SELECT FROM excepted AS e
            WHERE e.image = taken.before AND e.component = c.component AND e.flaw = c.flaw)
          GROUP BY 1) AS flaws) AS gone
    WHERE gone.findings > 0 AND NOT EXISTS (SELECT FROM image_event AS told
      WHERE told.image = taken.image AND told.at = taken.at AND told.cause = 'fixed')`.execute(transaction);
}

/** What each tag stood for, and since when. */
const meanings = sql`SELECT repository, name, image, since FROM tag
  UNION ALL SELECT repository, name, image, since FROM tag_past`;

/** Images that took a tag over from this one: scanned after them, it is what they are compared with. */
export async function successorsOf(transaction: StoreTransaction, image: number): Promise<readonly number[]> {
  const { rows } = await sql<{ image: number }>`${prepared}SELECT DISTINCT now.image FROM tag_past AS past
      JOIN LATERAL (SELECT * FROM (${meanings}) AS meaning
        WHERE repository = past.repository AND name = past.name AND since = past.until) AS now ON true
    WHERE past.image = ${image} AND now.image <> ${image}`.execute(transaction);
  return rows.map((row) => row.image);
}

/** Asked of each scan, and mostly answered with no: a tag of these stood for something else before, or they did. */
async function haveTurnedOver(transaction: StoreTransaction, images: readonly number[]): Promise<boolean> {
  const { rows } = await sql<{ have: boolean }>`${prepared}SELECT EXISTS (SELECT FROM (${meanings}) AS meaning
      JOIN tag_past AS past USING (repository, name) WHERE meaning.image = ANY(${[...images]}::int[])) AS have`.execute(
    transaction,
  );
  return rows[0]?.have === true;
}

/** Rows `image, at, before, name`: when these images took which tags over from which others, both scanned. */
export function takenOver(images: readonly number[]): RawBuilder<unknown> {
  const ofThese = sql`image = ANY(${[...images]}::int[])`;
  return sql`SELECT now.image, now.since AS at, past.image AS before, past.name
    FROM (SELECT * FROM (${meanings}) AS meaning WHERE ${ofThese}) AS now
      JOIN tag_past AS past ON past.repository = now.repository AND past.name = now.name AND past.until = now.since
    WHERE past.image <> now.image AND EXISTS (SELECT FROM image WHERE id = now.image AND scanned IS NOT NULL)`;
}

/** Candidates of the image before of which the image has none: `taken` is a row of `takenOver`. */
export function fixedIn(taken: string): RawBuilder<unknown> {
  const held = (column: 'image' | 'before') => sql`SELECT unnest(components) FROM (
      SELECT * FROM image_components UNION ALL SELECT * FROM image_components_gone) AS held
    WHERE held.image = ${sql.ref(`${taken}.${column}`)}`;
  return sql`SELECT c.component, c.flaw, c.risk FROM candidate AS c
    WHERE c.component IN (${held('before')}) AND NOT (c.cause = 'advisory' AND c.since > ${sql.ref(`${taken}.at`)})
      AND c.flaw NOT IN (SELECT still.flaw FROM candidate AS still WHERE still.component IN (${held('image')}))`;
}
