import type { FindingRow } from '../../../../src/server/contract/images.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import { useImageFindings } from '../../api/images.ts';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { FlawName } from '../../components/FlawName.tsx';
import {
  firstSeenColumn,
  fixColumn,
  likelihoodColumn,
  packageColumn,
  riskColumn,
  severityColumn,
} from '../../components/finding-columns.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { severityOptions } from '../../components/severity-options.tsx';
import { Tag } from '../../components/Tag.tsx';
import { FindingReasons, FindingScore } from './FindingPanel.tsx';

const filters: ListFilters = {
  search: 'CVE, words or a package',
  offered: [
    { kind: 'choice', name: 'severity', title: 'Severity', options: severityOptions },
    {
      kind: 'choice',
      name: 'status',
      title: 'Fix',
      options: titled({
        fixed: 'Fixed version published',
        'not-fixed': 'No fix yet',
        'will-not-fix': 'Will not be fixed',
        unknown: 'Unknown',
      }),
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
      <FlawName id={row.vulnerability} title={row.title} threat={row.threat}>
        {row.exception && (
          <span data-whole title={row.exception.reason}>
            <Tag>excepted</Tag>
          </span>
        )}
      </FlawName>
    ),
  },
  riskColumn(
    (row) => row.vulnerability,
    (row) => <FindingScore id={row.id} />,
  ),
  severityColumn,
  packageColumn,
  fixColumn,
  { ...likelihoodColumn, priority: 2, card: 'hidden' },
  { ...firstSeenColumn, priority: 3, card: 'hidden' },
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
