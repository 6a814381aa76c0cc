import { type RawBuilder, sql } from 'kysely';
import { numberList } from '../number-list.ts';
import type { StoreTransaction } from '../tables.ts';
import type { Tally } from './tally.ts';

/** The summaries over everything, or those of a reach, whose rows begin with its number. */
export type Counted = 'everything' | { readonly reach: number };

/** True for the rows that are counted. */
export function ownRows(counted: Counted): RawBuilder<boolean> {
  return counted === 'everything' ? sql<boolean>`true` : sql<boolean>`reach = ${counted.reach}::int`;
}

/** What the key of a row begins with: the column, and its value. */
export function ownKey(counted: Counted): {
  readonly column: RawBuilder<unknown>;
  readonly value: RawBuilder<unknown>;
} {
  return counted === 'everything'
    ? { column: sql``, value: sql`` }
    : { column: sql`reach,`, value: sql`${counted.reach}::int,` };
}

/**
 * In how many images each component that is followed is, and is excepted, for what follows; with statistics, as plans
 * depend on them. `within` holds for the rows of `excepted` that count.
 */
export async function keepComponents(
  transaction: StoreTransaction,
  tally: Tally,
  within: RawBuilder<boolean> = sql<boolean>`true`,
): Promise<void> {
  const counts = tally.imagesOfComponent.map((images, component) =>
    tally.estate.followed[component] === 1 ? images : 0,
  );
  const { keys, values } = filled(counts);
  await sql`CREATE TEMP TABLE counted_component ON COMMIT DROP AS
    SELECT * FROM unnest(${numberList(keys)}::int[], ${numberList(values)}::int[]) AS counted (component, images)`.execute(
    transaction,
  );
  await sql`ANALYZE counted_component`.execute(transaction);
  await sql`CREATE TEMP TABLE counted_excepted ON COMMIT DROP AS
    SELECT component, flaw, count(*)::int AS images FROM excepted WHERE ${within} GROUP BY 1, 2`.execute(transaction);
  await sql`ANALYZE counted_excepted`.execute(transaction);
}

/** Flaws that an image has: how many have it is counted, the rest is what its candidates say. Only what differs is written. */
export async function writeFlaws(
  transaction: StoreTransaction,
  tally: Tally,
  counted: Counted = 'everything',
): Promise<void> {
  const { keys, values } = filled(tally.imagesOfFlaw);
  const table = sql.table(counted === 'everything' ? 'flaw_summary' : 'reach_flaw');
  const { column, value } = ownKey(counted);
  await sql`WITH counted AS (SELECT * FROM unnest(${numberList(keys)}::int[], ${numberList(values)}::int[]) AS counted (flaw, images)),
      told AS (
        SELECT candidate.flaw, min(severity) AS severity, max(risk) AS risk, bool_or(status = 0) AS fixable, min(since) AS first_seen,
          array_agg(DISTINCT component.name) AS packages, array_agg(DISTINCT component.type) AS types
        FROM candidate JOIN component ON component.id = candidate.component
          JOIN counted_component AS held ON held.component = component.id
          LEFT JOIN counted_excepted AS covered ON covered.component = component.id AND covered.flaw = candidate.flaw
        WHERE held.images > coalesce(covered.images, 0) GROUP BY candidate.flaw)
    INSERT INTO ${table} AS old (${column} flaw, images, severity, risk, fixable, epss, first_seen, packages, types, words)
    SELECT ${value} counted.flaw, images, severity, risk, fixable, coalesce(epss, 0), first_seen, packages[1:10], types,
      lower(concat_ws(' ', flaw.name, array_to_string(aliases, ' '), title, array_to_string(packages, ' ')))
    FROM counted JOIN told ON told.flaw = counted.flaw JOIN flaw ON flaw.id = counted.flaw
    ON CONFLICT (${column} flaw) DO UPDATE SET images = excluded.images, severity = excluded.severity, risk = excluded.risk,
      fixable = excluded.fixable, epss = excluded.epss, first_seen = excluded.first_seen, packages = excluded.packages,
      types = excluded.types, words = excluded.words
    WHERE old.* IS DISTINCT FROM excluded.*`.execute(transaction);
  await sql`DELETE FROM ${table} WHERE ${ownRows(counted)} AND flaw NOT IN (SELECT unnest(${numberList(keys)}::int[]))`.execute(
    transaction,
  );
}

/** Packages by name, and in how many images each is. */
export async function writePackages(transaction: StoreTransaction, tally: Tally): Promise<void> {
  const { keys, values } = filled(tally.imagesOfPackage);
  const names = keys.map((key): unknown => JSON.parse(tally.estate.packages[key] ?? '[]'));
  const versions = new Int32Array(tally.estate.packages.length);
  tally.imagesOfComponent.forEach((images, component) => {
    const of = tally.estate.packageOf[component] ?? -1;
    if (images > 0 && of >= 0) versions[of] = (versions[of] ?? 0) + 1;
  });
  await sql`CREATE TEMP TABLE counted_package ON COMMIT DROP AS
    SELECT name->>0 AS type, name->>1 AS name, images, versions
    FROM ROWS FROM (jsonb_array_elements(${JSON.stringify(names)}::jsonb), unnest(${values}::int[]), unnest(${keys.map((key) => versions[key])}::int[]))
      AS counted (name, images, versions)`.execute(transaction);
  await sql`ANALYZE counted_package`.execute(transaction);
  await sql`DELETE FROM package_summary AS old
    WHERE NOT EXISTS (SELECT FROM counted_package AS new WHERE new.name = old.name AND new.type = old.type)`.execute(
    transaction,
  );
  await sql`INSERT INTO package_summary (type, name, images, versions) SELECT type, name, images, versions FROM counted_package
    ON CONFLICT (name, type) DO UPDATE SET images = excluded.images, versions = excluded.versions
    WHERE package_summary.* IS DISTINCT FROM excluded.*`.execute(transaction);
}

/** The numbers that were counted, and how often. */
export function filled(counts: Int32Array): { readonly keys: number[]; readonly values: number[] } {
  const keys: number[] = [];
  const values: number[] = [];
  counts.forEach((count, key) => {
    if (count === 0) return;
    keys.push(key);
    values.push(count);
  });
  return { keys, values };
}
