/** From worst to least; `unknown` is no statement at all and ranks between high and critical when in doubt is counted. */
export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;

export type Severity = (typeof severities)[number];

const names: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  minor: 'low',
  negligible: 'negligible',
  unimportant: 'negligible',
  none: 'negligible',
};

/** The severity a source's own word stands for; `unknown` for a word that no source in use says. */
export function severityNamed(word: string | undefined): Severity {
  return (word && names[word.trim().toLowerCase()]) || 'unknown';
}

/** 0 for critical … 5 for unknown: sorts worst first. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}
