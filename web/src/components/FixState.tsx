import type { FindingRow } from '../../../src/server/contract/images.ts';

interface FixStateProps {
  readonly status: FindingRow['status'];
  readonly fixed: readonly string[];
}

const words: Readonly<Record<FindingRow['status'], string>> = {
  fixed: 'fixed',
  'not-fixed': 'no fix yet',
  'will-not-fix': 'will not be fixed',
  unknown: 'fix unknown',
};

/** The version that fixes it, or what the maintainers say instead. */
export function FixState({ status, fixed }: FixStateProps) {
  if (fixed.length > 0) {
    return (
      <span className="mono" title={fixed.join(', ')}>
        {fixed.join(', ')}
      </span>
    );
  }
  return <span style={{ color: 'var(--mantine-color-dimmed)' }}>{words[status]}</span>;
}
