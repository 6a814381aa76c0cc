import { sql } from 'kysely';
import { listSeparator } from './flaws.ts';
import type { StoreTransaction } from './tables.ts';

/** A flaw of a component, by the flaw's name: what `candidate` holds besides when and why it came. */
export interface CandidateRow {
  readonly flaw: string;
  /** 0 critical … 4 negligible, 5 unknown. */
  readonly severity: number;
  readonly severitySource: string;
  /** 0 fixed, 1 not fixed, 2 will not fix, 3 unknown. */
  readonly status: number;
  readonly fixed: readonly string[];
  readonly upgradeTo?: string;
  readonly risk: number;
}

export interface PlacedCandidate extends CandidateRow {
  readonly component: number;
  readonly flawId: number;
  /** Where it was known before under another name of the flaw: since when, and why. */
  readonly known?: { readonly since: Date; readonly cause: string };
}

/** What made candidates appear, when, and by which vulnerability database. */
export interface Occasion {
  readonly cause: 'scan' | 'advisory';
  readonly at: Date;
  readonly build: number;
}

/** Adds candidates; where one is there already, its verdict is replaced and its first sight kept. */
export async function putCandidates(
  transaction: StoreTransaction,
  candidates: readonly PlacedCandidate[],
  { cause, at, build }: Occasion,
): Promise<void> {
  if (candidates.length === 0) return;
  const column = <T>(of: (candidate: PlacedCandidate) => T) => candidates.map(of);
  await sql`INSERT INTO candidate (component, flaw, severity, severity_source, status, fixed, upgrade_to, risk, since, cause, build)
    SELECT component, flaw, severity, severity_source, status, string_to_array(fixed, ${listSeparator}), upgrade_to, risk,
      since, cause, ${build}::integer
    FROM unnest(
      ${column(({ component }) => component)}::integer[],
      ${column(({ flawId }) => flawId)}::integer[],
      ${column(({ severity }) => severity)}::smallint[],
      ${column(({ severitySource }) => severitySource)}::text[],
      ${column(({ status }) => status)}::smallint[],
      ${column(({ fixed }) => fixed.join(listSeparator))}::text[],
      ${column(({ upgradeTo }) => upgradeTo ?? null)}::text[],
      ${column(({ risk }) => risk)}::real[],
      ${column(({ known }) => known?.since ?? at)}::timestamptz[],
      ${column(({ known }) => known?.cause ?? cause)}::text[]
    ) AS c (component, flaw, severity, severity_source, status, fixed, upgrade_to, risk, since, cause)
    ON CONFLICT (component, flaw) DO UPDATE SET severity = excluded.severity, severity_source = excluded.severity_source,
      status = excluded.status, fixed = excluded.fixed, upgrade_to = excluded.upgrade_to, risk = excluded.risk`.execute(
    transaction,
  );
}

/** Takes candidates away and keeps that they were there. */
export async function endCandidates(
  transaction: StoreTransaction,
  ended: readonly { readonly component: number; readonly flawId: number }[],
  { at, build }: Pick<Occasion, 'at' | 'build'>,
): Promise<void> {
  if (ended.length === 0) return;
  await sql`WITH gone AS (
      DELETE FROM candidate USING unnest(
        ${ended.map(({ component }) => component)}::integer[],
        ${ended.map(({ flawId }) => flawId)}::integer[]
      ) AS e (component, flaw) WHERE candidate.component = e.component AND candidate.flaw = e.flaw
      RETURNING candidate.component, candidate.flaw, severity, since, cause)
    INSERT INTO candidate_past (component, flaw, severity, since, cause, until, build)
    SELECT component, flaw, severity, since, cause, ${at}::timestamptz, ${build}::integer FROM gone`.execute(
    transaction,
  );
}
