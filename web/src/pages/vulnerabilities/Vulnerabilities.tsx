import type { VulnerabilityRow } from '../../../../src/server/contract/vulnerabilities.ts';
import { imagesAddress, vulnerabilityAddress } from '../../addresses.ts';
import { useVulnerabilities, useVulnerabilityFacets } from '../../api/vulnerabilities.ts';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ExportMenu } from '../../components/ExportMenu.tsx';
import { FlawName } from '../../components/FlawName.tsx';
import { firstSeenColumn, likelihoodColumn, riskColumn, severityColumn } from '../../components/finding-columns.tsx';
import { formatNumber } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { packageTypeFilter } from '../../components/package-types.ts';
import { severityOptions } from '../../components/severity-options.tsx';
import { VulnerabilityPanel, VulnerabilityScore } from './VulnerabilityPanel.tsx';

const filters: ListFilters = {
  search: 'CVE, words or a package',
  offered: [
    { kind: 'choice', name: 'severity', title: 'Severity', options: severityOptions },
    packageTypeFilter,
    { kind: 'flag', name: 'exploited', title: 'Exploited' },
    { kind: 'flag', name: 'fixable', title: 'Fix available' },
    {
      kind: 'choice',
      name: 'epss',
      title: 'Likelihood',
      single: true,
      options: titled({ '0.5': '50 % or more', '0.1': '10 % or more', '0.01': '1 % or more' }),
    },
  ],
  sort: { column: 'risk', direction: 'desc' },
};

const columns: readonly Column<VulnerabilityRow>[] = [
  {
    id: 'id',
    title: 'Vulnerability',
    width: 'minmax(260px, 1fr)',
    sort: 'id',
    card: 'title',
    cell: (row) => <FlawName id={row.id} title={row.title} threat={row.threat} />,
  },
  {
    ...riskColumn<VulnerabilityRow>(
      (row) => row.id,
      (row) => <VulnerabilityScore id={row.id} />,
    ),
    sort: 'risk',
  },
  severityColumn,
  { ...likelihoodColumn, sort: 'epss' },
  {
    id: 'images',
    title: 'Images',
    width: '70px',
    align: 'end',
    sort: 'images',
    cell: (row) => (
      <AppLink to={imagesAddress({ vulnerability: row.id })} className="quiet">
        {formatNumber(row.images)}
      </AppLink>
    ),
  },
  {
    id: 'packages',
    title: 'Packages',
    width: 'minmax(110px, 0.3fr)',
    priority: 3,
    card: 'hidden',
    cell: (row) => <span title={row.packages.join(', ')}>{row.packages.join(', ')}</span>,
  },
  {
    id: 'fixable',
    title: 'Fix',
    width: '72px',
    priority: 2,
    card: 'hidden',
    cell: (row) => (row.fixable ? 'available' : <span style={{ color: 'var(--mantine-color-dimmed)' }}>none yet</span>),
  },
  { ...firstSeenColumn, sort: 'firstSeen' },
];

export function Page() {
  const { filter, order } = useListQuery(filters);
  const facets = useVulnerabilityFacets(filter);
  return (
    <ListPage<VulnerabilityRow>
      title="Vulnerabilities"
      question="Which known flaws touch my images, and which of them matter?"
      noun={['vulnerability', 'vulnerabilities']}
      list={useVulnerabilities({ ...filter, ...order })}
      columns={columns}
      rowId={(row) => row.id}
      href={(row) => vulnerabilityAddress(row.id)}
      filters={filters}
      facets={facets.data}
      panel={(row) => ({ title: row.id, content: <VulnerabilityPanel row={row} /> })}
      tools={<ExportMenu path="/findings/export" query={filter} what="Findings, image by image" />}
      empty={
        <EmptyState title="No known vulnerability touches your images">
          That holds for the images scanned so far. See <AppLink to="/images">which images are known</AppLink>, and
          under <AppLink to="/coverage">Coverage</AppLink> what could not be looked at.
        </EmptyState>
      }
    />
  );
}
