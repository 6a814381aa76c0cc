import type { HistoryEvent } from '../../../src/server/contract/images.ts';
import { vulnerabilityAddress } from '../addresses.ts';
import { AppLink } from './AppLink.tsx';
import type { Column } from './DataTable.tsx';
import { formatInstant } from './format.ts';
import { HistoryChange } from './HistoryChange.tsx';

/** Columns of what happened, to one image or to all of them. */
export const historyColumns = {
  at: { id: 'at', title: 'When', width: '176px', card: 'bare', cell: (event) => formatInstant(event.at) },
  change: {
    id: 'change',
    title: 'Change',
    width: '84px',
    card: 'bare',
    cell: (event) => <HistoryChange change={event.change} />,
  },
  text: {
    id: 'text',
    title: 'What happened',
    width: 'minmax(240px, 1fr)',
    card: 'title',
    cell: (event) => <span title={event.text}>{event.text}</span>,
  },
  vulnerability: {
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
} as const satisfies Readonly<Record<string, Column<HistoryEvent>>>;
