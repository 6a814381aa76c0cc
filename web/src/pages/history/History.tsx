import type { HistoryEvent } from '../../../../src/server/contract/images.ts';
import { imageAddress } from '../../addresses.ts';
import { useHistory } from '../../api/history.ts';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { Digest } from '../../components/Digest.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ExportMenu } from '../../components/ExportMenu.tsx';
import { causeOptions, changeOptions } from '../../components/HistoryChange.tsx';
import { historyColumns } from '../../components/history-columns.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';

const filters: ListFilters = {
  offered: [
    { kind: 'choice', name: 'change', title: 'What', options: changeOptions },
    { kind: 'choice', name: 'cause', title: 'Because of', options: causeOptions },
  ],
};

const columns: readonly Column<HistoryEvent>[] = [
  historyColumns.at,
  historyColumns.change,
  historyColumns.text,
  historyColumns.vulnerability,
  {
    id: 'image',
    title: 'Image',
    width: '112px',
    priority: 2,
    card: 'bare',
    cell: (event) =>
      event.image ? (
        <AppLink to={imageAddress(event.image)} className="quiet">
          <Digest digest={event.image} canCopy={false} />
        </AppLink>
      ) : (
        '–'
      ),
  },
];

export function Page() {
  const { filter } = useListQuery(filters);
  return (
    <ListPage<HistoryEvent>
      title="History"
      question="What came, what went, and what made it so?"
      noun={['event', 'events']}
      list={useHistory(filter)}
      columns={columns}
      rowId={(event) => `${event.at} ${event.image ?? ''} ${event.text}`}
      filters={filters}
      tools={<ExportMenu path="/history/export" query={filter} what="Everything that these filters leave" />}
      empty={
        <EmptyState title="Nothing happened yet">
          Each push, each scan and each finding that comes or goes is kept here, with its cause.
        </EmptyState>
      }
    />
  );
}
