import { type FlawRow, updateFlaws } from '../../store/flaws.ts';
import {
  beginBuild,
  chooseComponents,
  compareCandidates,
  type FlawRisks,
  nextComponents,
  nextFlaws,
  rememberCandidates,
  replaceCandidates,
  replaceKeys,
  type StandingFlaw,
  updateRisks,
} from '../../store/rematch.ts';
import { followCandidates, type RematchFigures } from '../../store/rematch-summaries.ts';
import { setAside } from '../../store/set-aside.ts';
import type { Store, StoreTransaction } from '../../store/tables.ts';
import { openDatabase, type VulnerabilityDatabase } from '../../vulnerability/database.ts';
import { differenceOf } from '../../vulnerability/database-difference.ts';
import { describeFlaw, verdictDigest } from '../../vulnerability/flaw-description.ts';
import { createJudge } from '../../vulnerability/judge.ts';
import { versionSchemes } from '../../vulnerability/version-schemes/index.ts';
import { candidateRisk, flawRow, matchedRows, type RiskOfFlaw, readableFacts, unreadable } from './stored-rows.ts';

/** A vulnerability database that takes the place of another. */
export interface Installation {
  /** The file in force so far; without it everything is matched again. */
  readonly before?: string;
  /** Row of `build` in force so far. */
  readonly expected?: number;
  readonly after: string;
  /** Of the file. */
  readonly digest: string;
  readonly installedBy: string;
}

export interface Installed extends RematchFigures {
  readonly build: number;
  readonly keysChanged: number;
  readonly packagesRematched: number;
  /** Packages that could not be: nothing can be read of them any more. Images that have them say so. */
  readonly packagesUnreadable: number;
  /** ms */
  readonly took: number;
}

/**
 * Puts a vulnerability database in force: what it says otherwise than the one before is matched again, and nothing else.
 * One transaction, so that whoever looks sees all of the one or all of the other; killed on the way, nothing has happened.
 * Undefined when another replica was quicker. `alongside` is written in the same transaction.
 */
export async function installDatabase(
  store: Store,
  installation: Installation,
  alongside?: (transaction: StoreTransaction, build: number) => Promise<void>,
): Promise<Installed | undefined> {
  const started = performance.now();
  const after = openDatabase(installation.after);
  const before = installation.before === undefined ? undefined : openDatabase(installation.before);
  try {
    return await store.transaction().execute(async (transaction) => {
      const { digest, installedBy, expected } = installation;
      const build = await beginBuild(transaction, expected, { digest, built: after.built, installedBy });
      if (build === undefined) return undefined;
      await alongside?.(transaction, build);
      const figures = await rematch(transaction, build, { installation, before, after });
      const done = { ...figures, took: Math.round(performance.now() - started) };
      await transaction
        .updateTable('build')
        .set({
          keys_changed: done.keysChanged,
          packages_rematched: done.packagesRematched,
          images_changed: done.imagesChanged,
          appeared: done.appeared,
          went: done.went,
          took: done.took,
        })
        .where('id', '=', build)
        .execute();
      return { build, ...done };
    });
  } finally {
    after.close();
    before?.close();
  }
}

interface TwoDatabases {
  readonly installation: Installation;
  readonly before: VulnerabilityDatabase | undefined;
  readonly after: VulnerabilityDatabase;
}

const flawsAtOnce = 2_000;
const componentsAtOnce = 500;
/** A judge remembers what it looked up; after so many package versions a new one starts without. */
const judgedByOne = 10_000;

async function rematch(
  transaction: StoreTransaction,
  build: number,
  { installation, before, after }: TwoDatabases,
): Promise<Omit<Installed, 'build' | 'took'>> {
  const difference =
    installation.before === undefined ? undefined : differenceOf(installation.before, installation.after);
  const flaws = await compareFlaws(transaction, before, after);
  const scope = difference && { ...difference, flaws: flaws.judgedAnew };
  const packagesRematched = await chooseComponents(transaction, scope);
  await rememberCandidates(transaction, flaws.riskChanged);
  await updateFlaws(transaction, flaws.described);
  await updateRisks(transaction, flaws.risks);
  // How a component is looked up depends on nothing but its streams.
  const hasOtherKeys = difference === undefined || difference.streams.length > 0;
  const damaged = await judgeWaiting(transaction, build, after, hasOtherKeys);
  const packagesUnreadable = await setAside(transaction, damaged, unreadable, new Date());
  await compareCandidates(transaction, flaws.riskChanged);
  const figures = await followCandidates(transaction, flaws.renamed);
  return {
    ...figures,
    packagesRematched: packagesRematched - damaged.length,
    packagesUnreadable,
    keysChanged: (difference?.keys.length ?? 0) + (difference?.streams.length ?? 0),
  };
}

/** Answers those of which nothing can be read: for them stands what stood. */
async function judgeWaiting(
  transaction: StoreTransaction,
  build: number,
  database: VulnerabilityDatabase,
  hasOtherKeys: boolean,
): Promise<readonly number[]> {
  const occasion = { cause: 'advisory', at: new Date(), build } as const;
  let judge = createJudge(database, versionSchemes);
  let judged = 0;
  let last = 0;
  const damaged: number[] = [];
  for (;;) {
    const waiting = await nextComponents(transaction, last, componentsAtOnce);
    if (waiting.length === 0) return damaged;
    last = waiting.at(-1)?.id ?? last;
    const components = waiting.flatMap(({ id, purl, facts: packed }) => {
      const facts = readableFacts(packed);
      if (facts === undefined) damaged.push(id);
      return facts === undefined ? [] : [{ id, purl, facts }];
    });
    const rows = matchedRows(components, database, judge);
    await replaceCandidates(transaction, rows.components, rows.flaws, occasion);
    if (hasOtherKeys) await replaceKeys(transaction, rows.components);
    judged += waiting.length;
    if (judged >= judgedByOne) {
      judge = createJudge(database, versionSchemes);
      judged = 0;
    }
  }
}

/** What the new database says otherwise of the flaws that the store knows. */
interface FlawChanges {
  /** New descriptions. */
  readonly described: readonly FlawRow[];
  /** Whatever has them must be judged again: ids, severities or scores are others. */
  readonly judgedAnew: readonly number[];
  readonly renamed: readonly number[];
  /** Another likelihood, or listed as exploited now: the verdicts stand, their risk does not. */
  readonly riskChanged: readonly number[];
  readonly risks: readonly FlawRisks[];
}

async function compareFlaws(
  transaction: StoreTransaction,
  before: VulnerabilityDatabase | undefined,
  after: VulnerabilityDatabase,
): Promise<FlawChanges> {
  const described: FlawRow[] = [];
  const judgedAnew: number[] = [];
  const renamed: number[] = [];
  const riskChanged: number[] = [];
  const risks: FlawRisks[] = [];
  for (let last = 0; ; ) {
    const flaws = await nextFlaws(transaction, last, flawsAtOnce);
    if (flaws.length === 0) return { described, judgedAnew, renamed, riskChanged, risks };
    last = flaws.at(-1)?.id ?? last;
    for (const flaw of flaws) {
      if (before && verdictDigest(before, flaw.name) !== verdictDigest(after, flaw.name)) judgedAnew.push(flaw.id);
      const description = describeFlaw(after, flaw.name);
      // Merged into another flaw, or taken back: nothing will have it under this name.
      if (description?.name !== flaw.name) continue;
      const now = flawRow(description);
      if (now.hash.equals(flaw.hash)) continue;
      described.push(now);
      if (now.aliases.join() !== flaw.aliases.join()) renamed.push(flaw.id);
      const all = risksOf(flaw.id, now);
      if (
        !isExploitedAlike(flaw, now) ||
        all.some(({ severity, fixable, risk }) => risk !== riskBefore(flaw, severity, fixable))
      ) {
        riskChanged.push(flaw.id);
        risks.push(...all);
      }
    }
  }
}

function risksOf(flaw: number, facts: RiskOfFlaw): readonly FlawRisks[] {
  return [0, 1, 2, 3, 4, 5].flatMap((severity) =>
    [true, false].map((fixable) => ({
      flaw,
      severity,
      fixable,
      risk: candidateRisk(facts, severity, fixable ? 0 : 1),
    })),
  );
}

function riskBefore({ cvss, epss, exploited, ...flaw }: StandingFlaw, severity: number, fixable: boolean): number {
  const facts = {
    ...flaw,
    ...(cvss !== null && { cvss }),
    ...(epss !== null && { epss }),
    ...(exploited !== null && { exploited }),
  };
  return candidateRisk(facts, severity, fixable ? 0 : 1);
}

function isExploitedAlike(flaw: StandingFlaw, now: FlawRow): boolean {
  return (flaw.exploited !== null) === (now.exploited !== undefined);
}
