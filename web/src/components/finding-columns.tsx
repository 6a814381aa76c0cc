import type { ReactNode } from 'react';
import type { FindingRow } from '../../../src/server/contract/images.ts';
import type { FindingCounts, Threat } from '../../../src/server/contract/severity.ts';
import { Age } from './Age.tsx';
import { Counts } from './Counts.tsx';
import type { Column } from './DataTable.tsx';
import { FixState } from './FixState.tsx';
import { ImageName } from './ImageName.tsx';
import { PackageName } from './PackageName.tsx';
import { Score } from './Score.tsx';
import { Severity, type SeverityLevel } from './Severity.tsx';
import { Tag } from './Tag.tsx';
import { Likelihood } from './Threat.tsx';

// Columns that look the same wherever findings, and what has findings, are listed. A list adds what is its own:
// `{ ...likelihoodColumn, sort: 'epss' }`.

/** A score of whatever `of` names, with the reasons that `explain` draws. */
export const riskColumn = <Row extends { readonly risk: number }>(
  of: (row: Row) => string,
  explain: (row: Row) => ReactNode,
): Column<Row> => ({
  id: 'risk',
  title: 'Risk',
  width: '72px',
  cell: (row) => <Score value={row.risk} of={of(row)} explain={() => explain(row)} />,
});

export const severityColumn: Column<{ readonly severity: SeverityLevel }> = {
  id: 'severity',
  title: 'Severity',
  width: '100px',
  card: 'bare',
  cell: (row) => <Severity level={row.severity} />,
};

export const likelihoodColumn: Column<{ readonly threat: Threat }> = {
  id: 'epss',
  title: 'Likelihood',
  width: '76px',
  align: 'end',
  cell: (row) => <Likelihood threat={row.threat} />,
};

export const firstSeenColumn: Column<{ readonly firstSeen: string }> = {
  id: 'firstSeen',
  title: 'First seen',
  width: '84px',
  priority: 2,
  cell: (row) => <Age at={row.firstSeen} />,
};

export const packageColumn: Column<{ readonly package: { readonly name: string; readonly version: string } }> = {
  id: 'package',
  title: 'Package',
  width: 'minmax(140px, 0.5fr)',
  card: 'bare',
  cell: (row) => <PackageName name={row.package.name} version={row.package.version} />,
};

export const fixColumn: Column<Pick<FindingRow, 'status' | 'fixed'>> = {
  id: 'fix',
  title: 'Fixed in',
  width: 'minmax(110px, 0.3fr)',
  cell: (row) => <FixState status={row.status} fixed={row.fixed} />,
};

export const imageColumn: Column<{ readonly digest: string; readonly name: string }> = {
  id: 'name',
  title: 'Image',
  width: 'minmax(220px, 1fr)',
  card: 'title',
  cell: (row) => <ImageName digest={row.digest} name={row.name} />,
};

export const countsColumn: Column<{ readonly counts: FindingCounts }> = {
  id: 'counts',
  title: 'Findings',
  width: '196px',
  card: 'bare',
  cell: (row) => <Counts counts={row.counts} />,
};

export const exploitedColumn: Column<{ readonly counts: FindingCounts }> = {
  id: 'exploited',
  title: 'Exploited',
  width: '68px',
  align: 'end',
  card: 'hidden',
  cell: ({ counts }) => (counts.exploited > 0 ? <Tag tone="strong">{counts.exploited}</Tag> : '–'),
};
