import { hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../../lib/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import { severityCode, severityOf, statusCode } from '../../store/candidate-codes.ts';
import type { CandidateRow } from '../../store/candidates.ts';
import type { ComponentRow, MatchedComponent } from '../../store/components.ts';
import type { FlawRow } from '../../store/flaws.ts';
import { areFacts, type Component } from '../../vulnerability/component.ts';
import type { VulnerabilityDatabase } from '../../vulnerability/database.ts';
import { describeFlaw, type FlawDescription } from '../../vulnerability/flaw-description.ts';
import type { Judge } from '../../vulnerability/judge.ts';
import { judgeComponents, type StoredComponent } from '../../vulnerability/judge-components.ts';
import { riskScore } from '../../vulnerability/risk-score.ts';

/** What judging wants to have stored: components with their candidates, and every flaw that these name. */
export interface MatchedRows<Row> {
  readonly components: readonly Row[];
  readonly flaws: readonly FlawRow[];
}

/** Judges components and puts the verdicts into rows. */
export function matchedRows<Row extends StoredComponent>(
  components: readonly Row[],
  database: VulnerabilityDatabase,
  judge: Judge,
): MatchedRows<Row & Pick<MatchedComponent, 'keys' | 'candidates'>> {
  const flaws = new Map<string, FlawRow>();
  const flawOf = (name: string): FlawRow => {
    const known = flaws.get(name) ?? flawRow(describeFlaw(database, name) ?? nothingKnown(name));
    flaws.set(name, known);
    return known;
  };
  const judged = judgeComponents(components, database, judge);
  const matched = components.map((component, at) => ({
    ...component,
    keys: judged[at]?.keys ?? [],
    candidates: (judged[at]?.findings ?? []).map((finding) => candidateRow(finding, flawOf(finding.id))),
  }));
  return { components: matched, flaws: [...flaws.values()] };
}

/** How urgent a candidate is, from what the store knows of it and of its flaw. */
export function candidateRisk(flaw: RiskOfFlaw, severity: number, status: number): number {
  return riskScore({
    severity: severityOf(severity),
    ...(flaw.cvss !== undefined && { cvss: flaw.cvss }),
    ...(flaw.epss !== undefined && { epss: flaw.epss }),
    ...(flaw.exploited && { exploited: flaw.exploited }),
    ransomware: flaw.ransomware,
    exploits: flaw.exploits,
    fixable: status === 0,
  }).score;
}

export type RiskOfFlaw = Pick<FlawRow, 'cvss' | 'epss' | 'exploited' | 'ransomware' | 'exploits'>;

export function componentRow(component: Component, found: Package): ComponentRow {
  const { key, type, name, version, stream, purl, facts } = component;
  return {
    key,
    type,
    name,
    software: stream && found.source ? found.source.name : name,
    version,
    ...(stream && { stream }),
    purl,
    facts: packFacts(facts),
  };
}

/** The functions that a Go program was linked from fill kilobytes; most facts are a line. */
const compressedFrom = 400;
const jsonStart = '{'.charCodeAt(0);
const maxFacts = 64 * 1024 * 1024;

export function packFacts(facts: string): Buffer {
  const plain = Buffer.from(facts);
  return plain.length < compressedFrom ? plain : zstdCompressSync(plain);
}

/** Throws FILE_INVALID for bytes that nobody packed. */
export function unpackFacts(packed: Buffer): string {
  try {
    return (packed[0] === jsonStart ? packed : zstdDecompressSync(packed, { maxOutputLength: maxFacts })).toString(
      'utf8',
    );
  } catch (cause) {
    throw new AppError('FILE_INVALID', unreadable.message, { cause });
  }
}

/** Facts by which a package can be judged; undefined where the bytes tell of none. */
export function readableFacts(packed: Buffer): string | undefined {
  try {
    const facts = unpackFacts(packed);
    return areFacts(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** What an image is told that has packages of which nothing can be read any more. */
export const unreadable = {
  code: 'FILE_INVALID',
  message:
    'What is kept of some of its packages cannot be read. Their findings stand as they were: scan the image again.',
} as const;

export function flawRow({
  name,
  aliases,
  title,
  cvss,
  epss,
  kev,
  exploits,
  published,
  more,
}: FlawDescription): FlawRow {
  const row = {
    name,
    aliases,
    ...(title && { title }),
    ...(cvss !== undefined && { cvss }),
    ...(epss && { epss: epss.score, epssPercentile: epss.percentile }),
    ...(kev && { exploited: kev.added }),
    ransomware: kev?.ransomware ?? false,
    exploits,
    ...(published && /^\d{4}-\d\d-\d\d/.test(published) && { published: published.slice(0, 10) }),
    facts: JSON.stringify(more),
  };
  return { ...row, hash: hash('sha256', JSON.stringify(row), 'buffer').subarray(0, 16) };
}

function nothingKnown(name: string): FlawDescription {
  return { name, aliases: [], exploits: 0, more: { cvss: [], cwe: [], references: [] } };
}

function candidateRow(finding: Finding, flaw: FlawRow): CandidateRow {
  const severity = severityCode(finding.severity);
  const status = statusCode(finding.status);
  return {
    flaw: finding.id,
    severity,
    severitySource: finding.severitySource,
    status,
    fixed: finding.fixed,
    ...(finding.upgradeTo && { upgradeTo: finding.upgradeTo }),
    risk: candidateRisk(flaw, severity, status),
  };
}
