import type { HistoryEvent } from '../../../../src/server/contract/images.ts';
import { imageAddress, vulnerabilityAddress } from '../../addresses.ts';
import { useHistory } from '../../api/history.ts';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { Digest } from '../../components/Digest.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ExportMenu } from '../../components/ExportMenu.tsx';
import { formatInstant } from '../../components/format.ts';
import { causeOptions, changeOptions, HistoryChange } from '../../components/HistoryChange.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';

const filters: ListFilters = {
  offered: [
    { kind: 'choice', name: 'change', title: 'What', options: changeOptions },
    { kind: 'choice', name: 'cause', title: 'Because of', options: causeOptions },
  ],
};

const columns: readonly Column<HistoryEvent>[] = [
  { id: 'at', title: 'When', width: '176px', card: 'bare', cell: (event) => formatInstant(event.at) },
  {
    id: 'change',
    title: 'Change',
    width: '80px',
    card: 'bare',
    cell: (event) => <HistoryChange change={event.change} />,
  },
  {
    id: 'text',
    title: 'What happened',
    width: 'minmax(240px, 1fr)',
    card: 'title',
    cell: (event) => <span title={event.text}>{event.text}</span>,
  },
  {
    id: 'vulnerability',
    title: 'Vulnerability',
    width: '150px',
    priority: 2,
    card: 'bare',
    cell: (event) =>
      event.vulnerability ? (
        <AppLink to={vulnerabilityAddress(event.vulnerability)} className="quiet">
          {event.vulnerability}
        </AppLink>
      ) : (
        '–'
      ),
  },
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
