import { SeverityShape, severityLevels, severityTitle } from './Severity.tsx';

/** The values of a severity filter. */
export const severityOptions = severityLevels.map((value) => ({
  value,
  title: severityTitle(value),
  icon: (
    <span style={{ color: `var(--severity-${value})`, display: 'inline-flex' }}>
      <SeverityShape level={value} />
    </span>
  ),
}));
