import type { ExceptionRow } from '../../../../src/server/contract/exceptions.ts';
import { askExceptionAddress, exceptionsAddress } from '../../addresses.ts';
import { useExceptions } from '../../api/exceptions.ts';
import { AddButton } from '../../components/AddButton.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatNumber } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { placeOf, useScope } from '../../scope.ts';
import { Elsewhere } from './Elsewhere.tsx';
import { ExceptionPanel } from './ExceptionPanel.tsx';
import { Ends, ExceptionState, kindTitles, ScopeWords, stateTitles } from './words.tsx';

const ended = ['refused', 'expired', 'withdrawn'];

const filters: ListFilters = {
  search: 'CVE, package or reason',
  offered: [{ kind: 'choice', name: 'state', title: 'State', options: titled(stateTitles) }],
};

const columns: readonly Column<ExceptionRow>[] = [
  {
    id: 'scope',
    title: 'What is not fixed',
    width: 'minmax(240px, 1.4fr)',
    card: 'title',
    cell: (row) => <ScopeWords scope={row.scope} />,
  },
  { id: 'state', title: 'State', width: '92px', card: 'bare', cell: (row) => <ExceptionState row={row} /> },
  { id: 'ends', title: 'Ends', width: '104px', cell: (row) => <Ends row={row} /> },
  {
    id: 'findings',
    title: 'Silences',
    width: '72px',
    align: 'end',
    cell: (row) => (row.state === 'approved' ? formatNumber(row.findings) : '–'),
  },
  {
    id: 'images',
    title: 'In images',
    width: '72px',
    align: 'end',
    priority: 2,
    cell: (row) => (row.state === 'approved' ? formatNumber(row.images) : '–'),
  },
  { id: 'kind', title: 'Because', width: '130px', priority: 2, card: 'hidden', cell: (row) => kindTitles[row.kind] },
  {
    id: 'reason',
    title: 'Reason',
    width: 'minmax(160px, 1fr)',
    priority: 3,
    card: 'hidden',
    cell: (row) => <span title={row.reason}>{row.reason}</span>,
  },
  {
    id: 'by',
    title: 'Asked by',
    width: '110px',
    priority: 3,
    card: 'hidden',
    cell: (row) => <PersonName name={row.askedBy} />,
  },
];

export function Page() {
  const { filter } = useListQuery(filters);
  const scope = useScope();
  // What ended is history: shown when asked for.
  const list = useExceptions(filter.state ? filter : { ...filter, state: ['asked', 'approved'] });
  return (
    <ListPage<ExceptionRow>
      title="Exceptions"
      question="What did we decide not to fix, and until when?"
      noun={['exception', 'exceptions']}
      list={list}
      columns={columns}
      rowId={(row) => row.id}
      filters={filters}
      actions={<AddButton to={askExceptionAddress(placeOf(scope))}>Ask for an exception</AddButton>}
      lead={<Elsewhere list={list} />}
      tools={!filter.state && <AppLink to={exceptionsAddress({ state: ended })}>Ended and refused</AppLink>}
      panel={(row) => ({
        title: <ScopeWords scope={row.scope} />,
        content: <ExceptionPanel key={row.id} row={row} />,
      })}
      empty={
        <EmptyState title="No exception stands">
          An exception silences findings that cannot or need not be fixed, for a reason and until a day. An analyst
          approves it; when it ends, the findings come back by themselves.{' '}
          <AppLink to={exceptionsAddress({ state: ended })}>Ended and refused ones</AppLink> are kept.
        </EmptyState>
      }
    />
  );
}

function PersonName({ name }: { readonly name: string }) {
  return (
    <span title={name}>
      <bdi>{name}</bdi>
    </span>
  );
}
