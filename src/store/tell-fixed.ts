import { type RawBuilder, sql } from 'kysely';
import { everHeld } from './ever-held.ts';
import { prepared } from './prepared.ts';
import type { StoreTransaction } from './tables.ts';

const named = 3;

/**
 * Writes down how many findings went when these images took tags over from others, or others from them: once for each
 * time. What was not scanned yet is told of when it is.
 */
export async function tellFixed(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  const taking = images.length === 0 ? [] : await turnedOver(transaction, images);
  if (taking.length === 0) return;
  await sql`INSERT INTO image_event (image, at, cause, change, detail, findings)
    SELECT taken.image, taken.at, 'fixed', 'went', gone.names, gone.findings
    FROM (${takenOver(taking)}) AS taken
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

/** Images that took a tag over: of these, and from these. Asked at each scan, and mostly answered with none. */
async function turnedOver(transaction: StoreTransaction, images: readonly number[]): Promise<readonly number[]> {
  const these = sql`ANY(${[...images]}::int[])`;
  const { rows } = await sql<{ image: number }>`${prepared}
    SELECT now.image FROM (SELECT * FROM (${meanings}) AS meaning WHERE image = ${these}) AS now
      JOIN tag_past AS past ON past.repository = now.repository AND past.name = now.name AND past.until = now.since
      WHERE past.image <> now.image
    UNION SELECT now.image FROM tag_past AS past
      JOIN LATERAL (SELECT * FROM (${meanings}) AS meaning
        WHERE repository = past.repository AND name = past.name AND since = past.until) AS now ON true
      WHERE past.image = ${these} AND now.image <> past.image`.execute(transaction);
  return rows.map(({ image }) => image);
}

/** Rows `image, at, before, name`: when these images, once scanned, took a tag over and from which other; one for each time. */
export function takenOver(images: readonly number[]): RawBuilder<unknown> {
  const ofThese = sql`image = ANY(${[...images]}::int[])`;
  return sql`SELECT DISTINCT ON (now.image, now.since) now.image, now.since AS at, past.image AS before, past.name
    FROM (SELECT * FROM (${meanings}) AS meaning WHERE ${ofThese}) AS now
      JOIN tag_past AS past ON past.repository = now.repository AND past.name = now.name AND past.until = now.since
    WHERE past.image <> now.image AND EXISTS (SELECT FROM image WHERE id = now.image AND scanned IS NOT NULL)
    ORDER BY now.image, now.since, past.name`;
}

/** Candidates of the image before of which the image has none: `taken` is a row of `takenOver`. */
export function fixedIn(taken: string): RawBuilder<unknown> {
  const held = (column: 'image' | 'before') => sql`SELECT unnest(components) FROM ${everHeld} AS held
    WHERE held.image = ${sql.ref(`${taken}.${column}`)}`;
  return sql`SELECT c.component, c.flaw, c.risk FROM candidate AS c
    WHERE c.component IN (${held('before')}) AND NOT (c.cause = 'advisory' AND c.since > ${sql.ref(`${taken}.at`)})
      AND c.flaw NOT IN (SELECT still.flaw FROM candidate AS still WHERE still.component IN (${held('image')}))`;
}
