import type { Finding } from './finding.ts';
import { severityRank } from './severity.ts';

/** Most dangerous first: exploited in the wild, then severity, then how likely exploitation is; ties by id, so that order is stable. */
export function byDanger(a: Finding, b: Finding): number {
  return (
    Number(b.kev !== undefined) - Number(a.kev !== undefined) ||
    severityRank(a.severity) - severityRank(b.severity) ||
    (b.epss?.score ?? 0) - (a.epss?.score ?? 0) ||
    compare(a.id, b.id) ||
    compare(a.purl, b.purl) ||
    compare(a.package, b.package)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
