import type { FindingRow } from '../../../src/server/contract/images.ts';
import classes from './Severity.module.css';

export type SeverityLevel = FindingRow['severity'];

export const severityLevels: readonly SeverityLevel[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

const titles: Readonly<Record<SeverityLevel, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  negligible: 'Negligible',
  unknown: 'Unknown',
};

/** Told by shape and word as well as by colour. */
export function Severity({ level }: { readonly level: SeverityLevel }) {
  return (
    <span className={classes.severity} data-level={level}>
      <SeverityShape level={level} />
      {titles[level]}
    </span>
  );
}

export function SeverityShape({ level }: { readonly level: SeverityLevel }) {
  return (
    <svg width={11} height={11} viewBox="0 0 12 12" aria-hidden="true" focusable="false" className={classes.shape}>
      {shapes[level]}
    </svg>
  );
}

export const severityTitle = (level: SeverityLevel) => titles[level];

const shapes: Readonly<Record<SeverityLevel, React.ReactNode>> = {
  critical: <path d="M6 0.2 11.8 6 6 11.8 0.2 6Z" fill="currentColor" />,
  high: <path d="M6 1 11.6 11H0.4Z" fill="currentColor" />,
  medium: <rect x="1.4" y="1.4" width="9.2" height="9.2" rx="1" fill="currentColor" />,
  low: <circle cx="6" cy="6" r="4.6" fill="currentColor" />,
  negligible: <circle cx="6" cy="6" r="3.9" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  unknown: <circle cx="6" cy="6" r="3.9" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 2.1" />,
};
