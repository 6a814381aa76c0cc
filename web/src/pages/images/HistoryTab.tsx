import type { HistoryEvent } from '../../../../src/server/contract/images.ts';
import { useImageHistory } from '../../api/images.ts';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { historyColumns } from '../../components/history-columns.tsx';
import { ListPage } from '../../components/ListPage.tsx';

const { at, change, text, vulnerability } = historyColumns;
const columns: readonly Column<HistoryEvent>[] = [text, change, { ...vulnerability, card: 'hidden' }, at];

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
