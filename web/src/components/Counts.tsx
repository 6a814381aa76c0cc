import type { FindingCounts } from '../../../src/server/contract/severity.ts';
import { formatCount } from './format.ts';
import classes from './Severity.module.css';
import { SeverityShape, severityLevels, severityTitle } from './Severity.tsx';

/** Findings by severity in four fixed slots, so that a column of them can be read downwards. */
export function Counts({ counts }: { readonly counts: FindingCounts }) {
  const sentence = countsSentence(counts);
  return (
    <span className={classes.counts} role="img" aria-label={sentence} title={sentence}>
      {severityLevels.slice(0, 4).map((level) => (
        <span key={level} className={classes.slot} data-level={level} data-zero={counts[level] === 0 || undefined}>
          <SeverityShape level={level} />
          {formatCount(counts[level])}
        </span>
      ))}
    </span>
  );
}

/** "3 critical, 12 high, 1 unknown; 9 with a fix, 2 exploited" */
export function countsSentence(counts: FindingCounts): string {
  const bySeverity = severityLevels
    .filter((level) => counts[level] > 0)
    .map((level) => `${counts[level].toLocaleString('en')} ${severityTitle(level).toLowerCase()}`);
  if (bySeverity.length === 0) return 'No findings';
  const more = [
    counts.fixable > 0 && `${counts.fixable.toLocaleString('en')} with a fix`,
    counts.exploited > 0 && `${counts.exploited.toLocaleString('en')} exploited`,
  ].filter(Boolean);
  return bySeverity.join(', ') + (more.length > 0 ? `; ${more.join(', ')}` : '');
}

export const countAll = (counts: FindingCounts) => severityLevels.reduce((sum, level) => sum + counts[level], 0);
