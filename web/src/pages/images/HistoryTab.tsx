import type { HistoryEvent } from '../../../../src/server/contract/images.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import { useImageHistory } from '../../api/images.ts';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatInstant } from '../../components/format.ts';
import { HistoryChange } from '../../components/HistoryChange.tsx';
import { ListPage } from '../../components/ListPage.tsx';

const columns: readonly Column<HistoryEvent>[] = [
  {
    id: 'text',
    title: 'What happened',
    width: 'minmax(240px, 1fr)',
    card: 'title',
    cell: (event) => <span title={event.text}>{event.text}</span>,
  },
  {
    id: 'change',
    title: 'Change',
    width: '84px',
    card: 'bare',
    cell: (event) => <HistoryChange change={event.change} />,
  },
  {
    id: 'vulnerability',
    title: 'Vulnerability',
    width: '150px',
    priority: 2,
    card: 'hidden',
    cell: (event) =>
      event.vulnerability ? (
        <AppLink to={vulnerabilityAddress(event.vulnerability)} className="quiet">
          {event.vulnerability}
        </AppLink>
      ) : (
        '–'
      ),
  },
  { id: 'at', title: 'When', width: '170px', card: 'bare', cell: (event) => formatInstant(event.at) },
];

export function HistoryTab({ digest }: { readonly digest: string }) {
  return (
    <ListPage<HistoryEvent>
      title="History"
      noun={['event', 'events']}
      list={useImageHistory(digest)}
      columns={columns}
      rowId={(event) => `${event.at} ${event.text}`}
      empty={
        <EmptyState title="Nothing happened yet">
          Pushes, scans and every finding that comes or goes are kept here.
        </EmptyState>
      }
    />
  );
}
