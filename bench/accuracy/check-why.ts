import type { VersionRange } from '../../src/model/advisory.ts';
import type { Finding, Why } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import type { AffectedEntry } from '../../src/vulnerability/database/entry.ts';
import type { VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';

/** A comparison that a reason makes, taken apart again. */
export interface Comparison {
  readonly scheme: string;
  readonly a: string;
  readonly operator: string;
  readonly b: string;
}

export interface WhyCheck {
  readonly findings: number;
  readonly reasons: number;
  /** Distinct ones, for whoever wants to ask a referee. */
  readonly comparisons: readonly Comparison[];
  /** What does not hold, one sentence each. */
  readonly faults: readonly string[];
}

/**
 * Reads a report as a stranger would: takes each reason apart, makes its comparisons again, and looks its record up in
 * the database by hand. Nothing of the matcher is used.
 */
export function checkWhy(report: Report, database: VulnerabilityDatabase): WhyCheck {
  const packages = new Map(report.packages.map((found) => [found.id, found]));
  const comparisons = new Map<string, Comparison>();
  const faults: string[] = [];
  let reasons = 0;
  for (const finding of report.findings) {
    const fault = (text: string) => faults.push(`${finding.id} in ${finding.purl}: ${text}`);
    const found = packages.get(finding.package);
    if (!found) fault('its package is not in the report');
    if (finding.why.length === 0) fault('it has no reason');
    for (const why of finding.why) {
      reasons += 1;
      if (found && !versionsOf(found).includes(why.version))
        fault(`${why.version} is neither the version of the package nor of its source package`);
      for (const text of why.comparisons) {
        const comparison = parse(text, why);
        if (!comparison) fault(`"${text}" is no comparison`);
        else {
          comparisons.set(JSON.stringify(comparison), comparison);
          if (!holds(comparison)) fault(`"${text}" does not hold in ${why.scheme}`);
        }
      }
      for (const text of recordFaults(finding, why, database)) fault(text);
      if (why.fixed !== undefined && !isNewer(why.fixed, why.version, why.scheme))
        fault(`${why.fixed} would fix it and is not newer than ${why.version}`);
    }
    const fixes = new Set(finding.why.flatMap(({ fixed }) => fixed ?? []));
    for (const version of finding.fixed) if (!fixes.has(version)) fault(`no reason says that ${version} fixes it`);
  }
  return { findings: report.findings.length, reasons, comparisons: [...comparisons.values()], faults };
}

/** As they are compared: of the package or of its source, without Go's `v`, without an epoch where a source knows none. */
function versionsOf({ version, source }: Report['packages'][number]): readonly string[] {
  return [version, source?.version ?? version].flatMap((text) => [text, text.replace(/^(?:v(?=\d)|\d+:)/, '')]);
}

export function holds({ scheme, a, operator, b }: Comparison, order = orderOf(scheme, a, b)): boolean {
  if (operator === '>=') return order >= 0;
  if (operator === '>') return order > 0;
  if (operator === '<=') return order <= 0;
  return operator === '<' ? order < 0 : order === 0;
}

/** `1.1.1 >= 1.0`, or `1.1.1 is listed`. */
function parse(text: string, { scheme, version }: Why): Comparison | undefined {
  if (text === `${version} is listed`) return { scheme, a: version, operator: '=', b: version };
  const [, a, operator, b] = /^(\S+) (>=|>|<=|<) (\S+)$/.exec(text) ?? [];
  return a !== undefined && operator !== undefined && b !== undefined && a === version
    ? { scheme, a, operator, b }
    : undefined;
}

/** The record exists, is about this flaw and this package, and states the range. */
function recordFaults(finding: Finding, why: Why, database: VulnerabilityDatabase): readonly string[] {
  const stated = database.entries(why.stream, why.name).filter(({ advisory }) => {
    const { source, record, flaw } = database.advisory(advisory);
    return source === why.source && record === why.record && database.idsOf(flaw).includes(finding.id);
  });
  if (stated.length === 0)
    return [`${why.source} has no record ${why.record} about ${why.name} in ${why.stream} for this flaw`];
  if (stated.some((entry) => statesRange(entry, why))) return [];
  return [`${why.record} does not state the range ${why.range}`];
}

function statesRange(entry: AffectedEntry, { range, version, scheme }: Why): boolean {
  if (range === `= ${version}`)
    return entry.versions?.some((listed) => listed === version || orderOf(scheme, listed, version) === 0) ?? false;
  // Where a document left the epoch out, it is left out of the range too.
  const isWithoutEpoch = scheme === 'rpm' && !version.includes(':');
  return entry.ranges.some((stated) => {
    const text = rangeText(stated);
    return text === range || (isWithoutEpoch && text.replace(/(?<= )\d+:/g, '') === range);
  });
}

function rangeText({ introduced, after, fixed, lastAffected }: VersionRange): string {
  const parts = [
    introduced && introduced !== '0' ? `>= ${introduced}` : '',
    after ? `> ${after}` : '',
    fixed ? `< ${fixed}` : '',
    lastAffected ? `<= ${lastAffected}` : '',
  ];
  return parts.filter(Boolean).join(', ') || 'all versions';
}

function isNewer(a: string, b: string, scheme: string): boolean {
  return orderOf(scheme, a, b) > 0;
}

function orderOf(id: string, a: string, b: string): number {
  const scheme = versionSchemes.find((known) => known.id === id);
  return scheme?.isValid(a) && scheme.isValid(b) ? scheme.compare(a, b) : Number.NaN;
}
