import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { StoreTransaction } from '../tables.ts';
import type { Tally } from './tally.ts';
import { type Counted, ownKey, ownRows } from './write-counts.ts';

/**
 * A row for each finding that an update of `updates` removes: from how many images hold each component, less what is
 * excepted, both as `(component, images)`.
 */
export function removedBy(
  updates: RawBuilder<unknown>,
  held: RawBuilder<unknown>,
  excepted: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`SELECT needed.key, candidate.component, component.version, candidate.flaw, held.images,
      held.images - coalesce(covered.images, 0) AS findings, candidate.severity, candidate.risk, candidate.since
    FROM candidate
      JOIN component ON component.id = candidate.component
      JOIN ${held} AS held ON held.component = candidate.component
      JOIN ${updates} AS needed ON needed.type = component.type AND needed.software = component.software
        AND needed.stream IS NOT DISTINCT FROM component.stream
        AND needed.target = coalesce(candidate.upgrade_to, candidate.fixed[1])
      LEFT JOIN ${excepted} AS covered
        ON covered.component = candidate.component AND covered.flaw = candidate.flaw`;
}

/** What each update is, by `key`, from the rows of `removed`. */
export const summedUpdates = sql`(SELECT removed.key, array_agg(DISTINCT component) AS components,
      coalesce(sum(findings) FILTER (WHERE severity = 0), 0)::int AS critical, coalesce(sum(findings) FILTER (WHERE severity = 1), 0)::int AS high,
      coalesce(sum(findings) FILTER (WHERE severity = 2), 0)::int AS medium, coalesce(sum(findings) FILTER (WHERE severity = 3), 0)::int AS low,
      coalesce(sum(findings) FILTER (WHERE severity = 4), 0)::int AS negligible, coalesce(sum(findings) FILTER (WHERE severity = 5), 0)::int AS unknown,
      coalesce(sum(findings) FILTER (WHERE flaw.exploited IS NOT NULL), 0)::int AS exploited, max(findings) AS most,
      sum(removed.images - findings)::int AS accepted, coalesce(max(risk) FILTER (WHERE findings > 0), 0) AS risk, min(since) AS since
    FROM removed JOIN flaw ON flaw.id = removed.flaw GROUP BY removed.key) AS summed
  JOIN (SELECT key, array_agg(version ORDER BY images DESC, version) AS versions FROM (
      SELECT key, version, max(images) AS images FROM removed GROUP BY 1, 2) AS installed GROUP BY key) AS installed USING (key)
  JOIN (SELECT key, array_agg(name ORDER BY place) AS flaws FROM (
      SELECT key, flaw.name, row_number() OVER (PARTITION BY key ORDER BY max(findings) = 0, max(risk) DESC, flaw.name) AS place
      FROM removed JOIN flaw ON flaw.id = removed.flaw GROUP BY key, flaw.name) AS ranked WHERE place <= 10 GROUP BY key) AS worst USING (key)`;

/**
 * Software updates that images need. What an update removes follows from how many images hold each component, less what
 * exceptions cover; of everything, an update that no image needs any more stays, with the day when that was seen.
 */
export async function writeUpdates(
  transaction: StoreTransaction,
  tally: Tally,
  counted: Counted = 'everything',
): Promise<void> {
  const table = sql.table(counted === 'everything' ? 'update_summary' : 'reach_update');
  const { column, value } = ownKey(counted);
  const updates = tally.estate.updates.map((text): unknown => JSON.parse(text));
  const hashes = tally.estate.updates.map((text) => createHash('sha256').update(text).digest('base64url').slice(0, 16));
  await sql`CREATE TEMP TABLE counted_update ON COMMIT DROP AS
    SELECT key, name->>0 AS type, name->>1 AS stream, name->>2 AS software, name->>3 AS target, images
    FROM ROWS FROM (unnest(${hashes}::text[]), jsonb_array_elements(${JSON.stringify(updates)}::jsonb), unnest(${[...tally.imagesOfUpdate]}::int[]))
      AS counted (key, name, images)`.execute(transaction);
  await sql`ANALYZE counted_update`.execute(transaction);
  await sql`CREATE TEMP TABLE removed ON COMMIT DROP AS
    ${removedBy(sql`counted_update`, sql`counted_component`, sql`counted_excepted`)}`.execute(transaction);
  await sql`ANALYZE removed`.execute(transaction);
  await sql`INSERT INTO ${table} AS old (${column} key, type, stream, software, target, images, versions, components, flaws,
      critical, high, medium, low, negligible, unknown, exploited, accepted, risk, since, gone)
    SELECT ${value} key, type, stream, software, target, counted_update.images, versions, components, flaws,
      critical, high, medium, low, negligible, unknown, exploited, accepted, risk, since, NULL
    FROM counted_update JOIN (${summedUpdates}) USING (key)
    ON CONFLICT (${column} key) DO UPDATE SET images = excluded.images, versions = excluded.versions, components = excluded.components,
      flaws = excluded.flaws, critical = excluded.critical, high = excluded.high, medium = excluded.medium, low = excluded.low,
      negligible = excluded.negligible, unknown = excluded.unknown, exploited = excluded.exploited, accepted = excluded.accepted,
      risk = excluded.risk, since = excluded.since, gone = NULL
    WHERE old.* IS DISTINCT FROM excluded.*`.execute(transaction);
  if (counted !== 'everything') {
    await sql`DELETE FROM ${table} WHERE ${ownRows(counted)}
      AND NOT EXISTS (SELECT FROM removed WHERE removed.key = reach_update.key)`.execute(transaction);
    return;
  }
  await sql`UPDATE update_summary SET gone = now(), images = 0, critical = 0, high = 0, medium = 0, low = 0, negligible = 0, unknown = 0,
      exploited = 0, accepted = 0, components = '{}'
    WHERE gone IS NULL AND NOT EXISTS (SELECT FROM removed WHERE removed.key = update_summary.key)`.execute(
    transaction,
  );
}
