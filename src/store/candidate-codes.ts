import type { FindingStatus } from '../model/finding.ts';
import { type Severity, severities } from '../model/severity.ts';

/** How severities and statuses stand in the store: as their places in these lists, which never change. */

export const statuses = ['fixed', 'not-fixed', 'will-not-fix', 'unknown'] as const satisfies readonly FindingStatus[];

export function severityCode(severity: Severity): number {
  return severities.indexOf(severity);
}

export function severityOf(code: number): Severity {
  return severities[code] ?? 'unknown';
}

export function statusCode(status: FindingStatus): number {
  return statuses.indexOf(status);
}

export function statusOf(code: number): FindingStatus {
  return statuses[code] ?? 'unknown';
}
