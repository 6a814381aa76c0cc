import type { RecommendationRow } from '../../../../src/server/contract/recommendations.ts';
import { recommendationAddress } from '../../addresses.ts';
import { useRecommendationFacets, useRecommendations } from '../../api/recommendations.ts';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { countsColumn, exploitedColumn, riskColumn } from '../../components/finding-columns.tsx';
import { formatNumber } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { packageTypeFilter } from '../../components/package-types.ts';
import { DueField, OwnerField, StatusField, statusTitles } from './RecommendationFields.tsx';
import { RecommendationPanel, RecommendationReasons } from './RecommendationPanel.tsx';
import { Upgrade } from './Upgrade.tsx';

const filters: ListFilters = {
  search: 'Package, CVE or owner',
  offered: [
    { kind: 'choice', name: 'status', title: 'Status', options: titled(statusTitles) },
    packageTypeFilter,
    { kind: 'flag', name: 'overdue', title: 'Overdue' },
  ],
  pinned: [
    { name: 'owner', title: 'Owner' },
    { name: 'registry', title: 'Registry' },
  ],
};

const columns: readonly Column<RecommendationRow>[] = [
  { id: 'upgrade', title: 'Upgrade', width: 'minmax(240px, 1fr)', card: 'title', cell: (row) => <Upgrade row={row} /> },
  riskColumn(
    (row) => row.title,
    (row) => <RecommendationReasons row={row} />,
  ),
  exploitedColumn,
  { ...countsColumn, title: 'Removes', priority: 2 },
  { id: 'images', title: 'In images', width: '70px', align: 'end', cell: (row) => formatNumber(row.images) },
  { id: 'owner', title: 'Owner', width: '108px', priority: 2, card: 'hidden', cell: (row) => <OwnerField row={row} /> },
  { id: 'due', title: 'Due', width: '118px', priority: 3, cell: (row) => <DueField row={row} /> },
  { id: 'status', title: 'Status', width: '84px', card: 'bare', cell: (row) => <StatusField row={row} /> },
];

export function Page() {
  const { filter } = useListQuery(filters);
  const facets = useRecommendationFacets(filter);
  return (
    <ListPage<RecommendationRow>
      title="Recommendations"
      question="Which upgrades remove the most risk, and who does them?"
      noun={['recommendation', 'recommendations']}
      list={useRecommendations(filter)}
      columns={columns}
      rowId={(row) => row.id}
      href={(row) => recommendationAddress(row.id)}
      filters={filters}
      facets={facets.data}
      panel={(row) => ({ title: row.title, content: <RecommendationPanel row={row} /> })}
      empty={
        <EmptyState title="Nothing needs an upgrade">
          No finding in the images scanned so far has a published fix. What has none yet stands under{' '}
          <AppLink to="/vulnerabilities">Vulnerabilities</AppLink>.
        </EmptyState>
      }
    />
  );
}
