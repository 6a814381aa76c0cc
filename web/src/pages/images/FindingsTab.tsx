import { useMemo } from 'react';
import type { FindingRow, ImageDetail } from '../../../../src/server/contract/images.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import type { ExceptionScope } from '../../api/exceptions.ts';
import { useImageFindings } from '../../api/images.ts';
import { useSeesEverything } from '../../api/session.ts';
import { AskExceptionIcon } from '../../components/AskException.tsx';
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
import { RequestTag } from './FindingRequest.tsx';

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

const findingColumns = (scopeOf: (row: FindingRow) => ExceptionScope): readonly Column<FindingRow>[] => [
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
        {row.request && <RequestTag request={row.request} />}
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
  {
    id: 'ask',
    title: '',
    width: '24px',
    priority: 3,
    card: 'hidden',
    cell: (row) => !row.exception && row.request?.state !== 'asked' && <AskExceptionIcon scope={scopeOf(row)} />,
  },
];

export function FindingsTab({ image }: { readonly image: ImageDetail }) {
  const { filter } = useListQuery(filters);
  const scopeOf = useExceptionScope(image);
  const columns = useMemo(() => findingColumns(scopeOf), [scopeOf]);
  return (
    <ListPage<FindingRow>
      title="Findings"
      noun={['finding', 'findings']}
      list={useImageFindings(image.digest, filter)}
      columns={columns}
      rowId={(row) => row.id}
      href={(row) => vulnerabilityAddress(row.vulnerability)}
      filters={filters}
      panel={(row) => ({
        title: `${row.vulnerability} in ${row.package.name}`,
        content: <FindingReasons finding={row} scope={scopeOf(row)} />,
      })}
      empty={<EmptyState title="No known vulnerability">Every package that was found was judged.</EmptyState>}
    />
  );
}

/**
 * What an exception for a finding would cover. Who sees only a part can neither see nor decide how far it reaches unless
 * it names a place; naming one is exact only where the image lies nowhere else.
 */
function useExceptionScope({ digest, locations }: ImageDetail): (finding: FindingRow) => ExceptionScope {
  const seesEverything = useSeesEverything();
  return useMemo(() => {
    const [place, ...others] = locations;
    const named =
      !seesEverything && place && others.length === 0
        ? { registry: place.registry, repository: place.repository }
        : undefined;
    return (finding) => ({
      vulnerability: finding.vulnerability,
      package: finding.package.name,
      ...named,
      image: digest,
    });
  }, [digest, locations, seesEverything]);
}
