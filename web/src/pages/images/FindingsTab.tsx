import type { FindingRow } from '../../../../src/server/contract/images.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import { useImageFindings } from '../../api/images.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { FixState } from '../../components/FixState.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';
import { PackageName } from '../../components/PackageName.tsx';
import { Score } from '../../components/Score.tsx';
import { Severity } from '../../components/Severity.tsx';
import { severityOptions } from '../../components/severity-options.tsx';
import { Tag } from '../../components/Tag.tsx';
import { Exploited, Likelihood } from '../../components/Threat.tsx';
import { FindingReasons, FindingScore } from './FindingPanel.tsx';

const filters: ListFilters = {
  search: 'CVE, words or a package',
  offered: [
    { kind: 'choice', name: 'severity', title: 'Severity', options: severityOptions },
    {
      kind: 'choice',
      name: 'status',
      title: 'Fix',
      options: [
        { value: 'fixed', title: 'Fixed version published' },
        { value: 'not-fixed', title: 'No fix yet' },
        { value: 'will-not-fix', title: 'Will not be fixed' },
        { value: 'unknown', title: 'Unknown' },
      ],
    },
    { kind: 'flag', name: 'exploited', title: 'Exploited' },
    { kind: 'flag', name: 'excepted', title: 'With excepted ones' },
  ],
  pinned: [{ name: 'package', title: 'Package' }],
};

const columns: readonly Column<FindingRow>[] = [
  {
    id: 'vulnerability',
    title: 'Finding',
    width: 'minmax(240px, 1fr)',
    card: 'title',
    cell: (row) => (
      <>
        <AppLink
          to={vulnerabilityAddress(row.vulnerability)}
          className="quiet"
          style={{ fontWeight: 500, flex: 'none' }}
        >
          {row.vulnerability}
        </AppLink>
        <Exploited threat={row.threat} />
        {row.exception && (
          <span data-whole title={row.exception.reason}>
            <Tag>excepted</Tag>
          </span>
        )}
        <span title={row.title} style={{ color: 'var(--mantine-color-dimmed)', fontWeight: 400 }}>
          <bdi>{row.title}</bdi>
        </span>
      </>
    ),
  },
  {
    id: 'risk',
    title: 'Risk',
    width: '72px',
    cell: (row) => <Score value={row.risk} of={row.vulnerability} explain={() => <FindingScore id={row.id} />} />,
  },
  { id: 'severity', title: 'Severity', width: '100px', card: 'bare', cell: (row) => <Severity level={row.severity} /> },
  {
    id: 'package',
    title: 'Package',
    width: 'minmax(140px, 0.5fr)',
    card: 'bare',
    cell: (row) => <PackageName name={row.package.name} version={row.package.version} />,
  },
  {
    id: 'fix',
    title: 'Fixed in',
    width: 'minmax(110px, 0.3fr)',
    cell: (row) => <FixState status={row.status} fixed={row.fixed} />,
  },
  {
    id: 'epss',
    title: 'Likelihood',
    width: '72px',
    align: 'end',
    priority: 2,
    card: 'hidden',
    cell: (row) => <Likelihood threat={row.threat} />,
  },
  {
    id: 'firstSeen',
    title: 'First seen',
    width: '84px',
    priority: 3,
    card: 'hidden',
    cell: (row) => <Age at={row.firstSeen} />,
  },
];

export function FindingsTab({ digest }: { readonly digest: string }) {
  const { filter } = useListQuery(filters);
  return (
    <ListPage<FindingRow>
      title="Findings"
      noun={['finding', 'findings']}
      list={useImageFindings(digest, filter)}
      columns={columns}
      rowId={(row) => row.id}
      href={(row) => vulnerabilityAddress(row.vulnerability)}
      filters={filters}
      panel={(row) => ({
        title: `${row.vulnerability} in ${row.package.name}`,
        content: <FindingReasons finding={row} />,
      })}
      empty={<EmptyState title="No known vulnerability">Every package that was found was judged.</EmptyState>}
    />
  );
}
