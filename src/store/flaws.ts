import { sql } from 'kysely';
import type { StoreTransaction } from './tables.ts';

/** A flaw as the vulnerability database describes it. */
export interface FlawRow {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly title?: string;
  readonly cvss?: number;
  readonly epss?: number;
  readonly epssPercentile?: number;
  /** ISO date. */
  readonly exploited?: string;
  readonly ransomware: boolean;
  readonly exploits: number;
  readonly published?: string;
  /** JSON. */
  readonly facts: string;
  /** Of all of the above. */
  readonly hash: Buffer;
}

/** Adds the flaws that are not there yet; answers with the ids of all. Those that are there stay as they are. */
export async function addFlaws(
  transaction: StoreTransaction,
  flaws: readonly FlawRow[],
): Promise<ReadonlyMap<string, number>> {
  // In one order, so that two who add the same do not wait for each other in a circle.
  const sorted = flaws.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (sorted.length > 0)
    await sql`INSERT INTO flaw (name, aliases, title, cvss, epss, epss_percentile, exploited, ransomware, exploits, published, facts, hash)
      SELECT * FROM (${rowsOf(sorted)}) AS given ON CONFLICT (name) DO NOTHING`.execute(transaction);
  const names = sorted.map(({ name }) => name);
  const { rows } = await sql<{ id: number; name: string }>`
    SELECT id, name FROM flaw WHERE name = ANY(${names}::text[])`.execute(transaction);
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Writes new descriptions over those that differ; answers how many did. */
export async function updateFlaws(transaction: StoreTransaction, flaws: readonly FlawRow[]): Promise<number> {
  if (flaws.length === 0) return 0;
  const { numAffectedRows } = await sql`
    UPDATE flaw SET (aliases, title, cvss, epss, epss_percentile, exploited, ransomware, exploits, published, facts, hash) =
      (given.aliases, given.title, given.cvss, given.epss, given.epss_percentile, given.exploited, given.ransomware,
       given.exploits, given.published, given.facts, given.hash)
    FROM (${rowsOf(flaws)}) AS given WHERE flaw.name = given.name AND flaw.hash <> given.hash`.execute(transaction);
  return Number(numAffectedRows ?? 0);
}

/** Separates texts of a list inside a text; no id and no version holds it. */
export const listSeparator = '\u001f';

function rowsOf(flaws: readonly FlawRow[]) {
  const column = <T>(of: (flaw: FlawRow) => T) => flaws.map(of);
  return sql`SELECT name, string_to_array(aliases, ${listSeparator}) AS aliases, title, cvss, epss, epss_percentile, exploited,
      ransomware, exploits, published, facts, hash
    FROM unnest(
      ${column(({ name }) => name)}::text[],
      ${column(({ aliases }) => aliases.join(listSeparator))}::text[],
      ${column(({ title }) => title ?? null)}::text[],
      ${column(({ cvss }) => cvss ?? null)}::real[],
      ${column(({ epss }) => epss ?? null)}::real[],
      ${column(({ epssPercentile }) => epssPercentile ?? null)}::real[],
      ${column(({ exploited }) => exploited ?? null)}::date[],
      ${column(({ ransomware }) => ransomware)}::boolean[],
      ${column(({ exploits }) => exploits)}::integer[],
      ${column(({ published }) => published ?? null)}::date[],
      ${column(({ facts }) => facts)}::jsonb[],
      ${column(({ hash }) => hash)}::bytea[]
    ) AS f (name, aliases, title, cvss, epss, epss_percentile, exploited, ransomware, exploits, published, facts, hash)`;
}
