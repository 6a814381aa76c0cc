import { type RawBuilder, sql } from 'kysely';
import { closeFence, latestBuild } from './builds.ts';
import { endCandidates, type Occasion, type PlacedCandidate, putCandidates } from './candidates.ts';
import type { MatchedComponent } from './components.ts';
import { putComponentKeys } from './components.ts';
import { addFlaws, type FlawRow } from './flaws.ts';
import type { StoreTransaction } from './tables.ts';

/** A component as it waits to be matched again. */
export interface WaitingComponent {
  readonly id: number;
  readonly purl: string;
  readonly facts: Buffer;
}

/** Which components have to be matched again. */
export interface RematchScope {
  readonly keys: readonly (readonly [stream: string, name: string])[];
  readonly streams: readonly string[];
  /** Flaws of which something else is said: whatever has them. */
  readonly flaws: readonly number[];
}

/** Notes which components wait; `undefined` is all of them. Answers how many. */
export async function chooseComponents(
  transaction: StoreTransaction,
  scope: RematchScope | undefined,
): Promise<number> {
  const chosen = scope
    ? sql`SELECT component FROM component_key JOIN unnest(
          ${scope.keys.map(([stream]) => stream)}::text[], ${scope.keys.map(([, name]) => name)}::text[]
        ) AS changed (stream, name) USING (stream, name)
        UNION SELECT component FROM component_key WHERE stream = ANY(${scope.streams}::text[])
        UNION SELECT component FROM candidate WHERE flaw = ANY(${scope.flaws}::integer[])`
    : sql`SELECT id AS component FROM component`;
  await sql`CREATE TEMPORARY TABLE rematched ON COMMIT DROP AS ${chosen}`.execute(transaction);
  await sql`CREATE UNIQUE INDEX ON rematched (component)`.execute(transaction);
  await sql`ANALYZE rematched`.execute(transaction);
  const { rows } = await sql<{ n: number }>`SELECT count(*)::integer AS n FROM rematched`.execute(transaction);
  return rows[0]?.n ?? 0;
}

/** The next components of those that wait, in the order of their ids. */
export async function nextComponents(
  transaction: StoreTransaction,
  after: number,
  limit: number,
): Promise<readonly WaitingComponent[]> {
  const { rows } = await sql<WaitingComponent>`SELECT id, purl, facts FROM component JOIN rematched ON component = id
    WHERE component > ${after} ORDER BY component LIMIT ${limit}`.execute(transaction);
  return rows;
}

type Judged = Pick<MatchedComponent, 'keys' | 'candidates'> & { readonly id: number };

/** Puts what is now said of components in the place of what was said before. */
export async function replaceCandidates(
  transaction: StoreTransaction,
  judged: readonly Judged[],
  flaws: readonly FlawRow[],
  occasion: Occasion,
): Promise<void> {
  const ids = judged.map(({ id }) => id);
  const flawIds = await addFlaws(transaction, flaws);
  const before = Map.groupBy(await candidatesOf(transaction, ids), ({ component }) => component);
  const aliases = new Map(flaws.map(({ name, aliases: others }) => [name, others]));
  const ended: StandingCandidate[] = [];
  const put: PlacedCandidate[] = [];
  for (const { id, candidates } of judged) {
    const standing = new Map((before.get(id) ?? []).map((one) => [one.name, one]));
    const gone = new Map(standing);
    for (const { flaw } of candidates) gone.delete(flaw);
    for (const candidate of candidates) {
      const same = standing.get(candidate.flaw);
      if (same && isSame(same, candidate)) continue;
      // Told under another name so far: it is no news.
      const known = same
        ? undefined
        : aliases
            .get(candidate.flaw)
            ?.map((alias) => gone.get(alias))
            .find(Boolean);
      const flawId = flawIds.get(candidate.flaw) as number;
      put.push({ ...candidate, component: id, flawId, ...(known && { known }) });
    }
    ended.push(...gone.values());
  }
  await endCandidates(transaction, ended, occasion);
  await putCandidates(transaction, put, occasion);
}

interface StandingCandidate {
  readonly component: number;
  readonly flawId: number;
  readonly name: string;
  readonly severity: number;
  readonly severity_source: string;
  readonly status: number;
  readonly fixed: readonly string[];
  readonly upgrade_to: string | null;
  readonly risk: number;
  readonly since: Date;
  readonly cause: string;
}

async function candidatesOf(
  transaction: StoreTransaction,
  components: readonly number[],
): Promise<readonly StandingCandidate[]> {
  const { rows } =
    await sql<StandingCandidate>`SELECT component, flaw AS "flawId", name, severity, severity_source, status, fixed,
      upgrade_to, risk, since, cause
    FROM candidate JOIN flaw ON flaw.id = flaw WHERE component = ANY(${components}::integer[])`.execute(transaction);
  return rows;
}

function isSame(standing: StandingCandidate, now: MatchedComponent['candidates'][number]): boolean {
  return (
    standing.severity === now.severity &&
    standing.severity_source === now.severitySource &&
    standing.status === now.status &&
    standing.risk === now.risk &&
    (standing.upgrade_to ?? undefined) === now.upgradeTo &&
    standing.fixed.join() === now.fixed.join()
  );
}

/** Under which keys components are looked up; it changes with how streams are. */
export async function replaceKeys(
  transaction: StoreTransaction,
  judged: readonly Pick<Judged, 'id' | 'keys'>[],
): Promise<void> {
  const keys = judged.flatMap(({ id, keys: own }) => own.map(([stream, name]) => ({ id, stream, name })));
  await putComponentKeys(transaction, keys);
  await sql`DELETE FROM component_key AS k WHERE component = ANY(${judged.map(({ id }) => id)}::integer[]) AND NOT EXISTS (
    SELECT FROM unnest(
      ${keys.map(({ id }) => id)}::integer[],
      ${keys.map(({ stream }) => stream)}::text[],
      ${keys.map(({ name }) => name)}::text[]
    ) AS given (component, stream, name)
    WHERE given.component = k.component AND given.stream = k.stream AND given.name = k.name)`.execute(transaction);
}

/** A risk for each severity and for with and without a fix: what a changed flaw means to its candidates. */
export interface FlawRisks {
  readonly flaw: number;
  readonly severity: number;
  readonly fixable: boolean;
  readonly risk: number;
}

export async function updateRisks(transaction: StoreTransaction, risks: readonly FlawRisks[]): Promise<void> {
  if (risks.length === 0) return;
  await sql`UPDATE candidate SET risk = given.risk FROM unnest(
      ${risks.map(({ flaw }) => flaw)}::integer[],
      ${risks.map(({ severity }) => severity)}::smallint[],
      ${risks.map(({ fixable }) => fixable)}::boolean[],
      ${risks.map(({ risk }) => risk)}::real[]
    ) AS given (flaw, severity, fixable, risk)
    WHERE candidate.flaw = given.flaw AND candidate.severity = given.severity AND (candidate.status = 0) = given.fixable
      AND candidate.risk <> given.risk`.execute(transaction);
}

/** A flaw as it stands in the store, to be compared with what a new database says. */
export interface StandingFlaw {
  readonly id: number;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly cvss: number | null;
  readonly epss: number | null;
  readonly exploited: string | null;
  readonly ransomware: boolean;
  readonly exploits: number;
  readonly hash: Buffer;
}

export async function nextFlaws(
  transaction: StoreTransaction,
  after: number,
  limit: number,
): Promise<readonly StandingFlaw[]> {
  const { rows } =
    await sql<StandingFlaw>`SELECT id, name, aliases, cvss, epss, exploited, ransomware, exploits, hash FROM flaw
    WHERE id > ${after} ORDER BY id LIMIT ${limit}`.execute(transaction);
  return rows;
}

/** Begins an installation: alone, and only in the place of `expected`. Answers the new build's id; undefined when another was quicker. */
export async function beginBuild(
  transaction: StoreTransaction,
  expected: number | undefined,
  build: { readonly digest: string; readonly built: string; readonly installedBy: string },
): Promise<number | undefined> {
  await closeFence(transaction);
  if ((await latestBuild(transaction))?.id !== expected) return undefined;
  const { id } = await transaction
    .insertInto('build')
    .values({ digest: build.digest, built: build.built, installed_by: build.installedBy })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Candidates whose verdicts may change: those of components that wait, and those of these flaws. Kept to compare with. */
export async function rememberCandidates(transaction: StoreTransaction, flaws: readonly number[]): Promise<void> {
  await sql`CREATE TEMPORARY TABLE verdict_before ON COMMIT DROP AS ${verdicts(flaws)}`.execute(transaction);
}

/** Those of before and of now, where they differ: in `verdict_change`. */
export async function compareCandidates(transaction: StoreTransaction, flaws: readonly number[]): Promise<void> {
  await sql`CREATE TEMPORARY TABLE verdict_change ON COMMIT DROP AS
    SELECT component, flaw, b.severity AS severity_before, b.status AS status_before, b.risk AS risk_before, b.exploited AS exploited_before,
      a.severity AS severity_after, a.status AS status_after, a.risk AS risk_after, a.exploited AS exploited_after
    FROM verdict_before AS b FULL JOIN (${verdicts(flaws)}) AS a USING (component, flaw)
    WHERE (a.severity, a.status, a.risk, a.exploited) IS DISTINCT FROM (b.severity, b.status, b.risk, b.exploited)`.execute(
    transaction,
  );
  await sql`ANALYZE verdict_change`.execute(transaction);
}

function verdicts(flaws: readonly number[]): RawBuilder<unknown> {
  return sql`SELECT component, flaw, severity, status, risk, flaw.exploited IS NOT NULL AS exploited
    FROM (SELECT component, flaw, severity, status, risk FROM candidate JOIN rematched USING (component)
      UNION SELECT component, flaw, severity, status, risk FROM candidate WHERE flaw = ANY(${flaws}::integer[])) AS c
    JOIN flaw ON flaw.id = c.flaw`;
}
