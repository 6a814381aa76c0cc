import type { TrailEntry } from '../../../../src/server/contract/access.ts';
import { queryText } from '../../api/request.ts';
import { useTrail } from '../../api/trail.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ExportMenu } from '../../components/ExportMenu.tsx';
import { Facts } from '../../components/Facts.tsx';
import { formatInstant } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { Tag } from '../../components/Tag.tsx';
import classes from './trail.module.css';

const filters: ListFilters = {
  search: 'Action or subject',
  offered: [
    {
      kind: 'choice',
      name: 'days',
      title: 'Time',
      single: true,
      options: titled({
        1: 'The last day',
        7: 'The last 7 days',
        30: 'The last 30 days',
        365: 'The last year',
      }),
    },
  ],
  pinned: [{ name: 'who', title: 'Who' }],
};

const columns: readonly Column<TrailEntry>[] = [
  {
    id: 'action',
    title: 'What',
    width: 'minmax(170px, 0.8fr)',
    card: 'title',
    cell: (row) => <span className="mono">{row.action}</span>,
  },
  {
    id: 'subject',
    title: 'To what',
    width: 'minmax(160px, 1.2fr)',
    cell: (row) => <bdi title={row.subject}>{row.subject}</bdi>,
  },
  {
    id: 'who',
    title: 'Who',
    width: 'minmax(110px, 0.6fr)',
    cell: (row) => (
      <AppLink to={`/trail${queryText({ who: row.who })}`} className="quiet" title={`Only ${row.who}`}>
        <bdi>{row.who}</bdi>
      </AppLink>
    ),
  },
  {
    id: 'outcome',
    title: 'Outcome',
    width: '86px',
    card: 'bare',
    cell: (row) => <Tag tone={row.outcome === 'refused' ? 'bad' : 'plain'}>{row.outcome}</Tag>,
  },
  { id: 'at', title: 'When', width: '96px', cell: (row) => <Age at={row.at} /> },
  {
    id: 'from',
    title: 'From',
    width: '130px',
    priority: 3,
    card: 'hidden',
    cell: (row) => <span className="mono">{row.from ?? '–'}</span>,
  },
];

export function Page() {
  const { days, ...filter } = useListQuery(filters).filter;
  const query = { ...filter, ...sinceOf(Number(days?.[0])) };
  return (
    <ListPage<TrailEntry>
      title="Trail"
      question="Who did what here, and what was refused?"
      noun={['entry', 'entries']}
      list={useTrail(query)}
      columns={columns}
      rowId={(row) => row.id}
      filters={filters}
      tools={<ExportMenu path="/trail/export" query={query} what="Entries that these filters leave" />}
      panel={(row) => ({ title: row.action, content: <Entry entry={row} /> })}
      empty={
        <EmptyState title="The trail is empty">
          Every sign-in and every change is kept here, and none can be taken out.
        </EmptyState>
      }
    />
  );
}

function Entry({ entry }: { readonly entry: TrailEntry }) {
  return (
    <>
      <Facts
        facts={[
          ['When', formatInstant(entry.at)],
          ['Who', entry.who],
          ['From', entry.from],
          ['To what', entry.subject],
          ['Outcome', entry.outcome],
        ]}
      />
      {entry.detail && Object.keys(entry.detail).length > 0 && (
        <pre className={classes.detail}>{JSON.stringify(entry.detail, undefined, 2)}</pre>
      )}
    </>
  );
}

/** To the hour, so that the question stays the same while one reads. */
function sinceOf(days: number): { readonly since?: string } {
  if (!days) return {};
  const at = new Date(Date.now() - days * 86_400_000);
  at.setUTCMinutes(0, 0, 0);
  return { since: at.toISOString() };
}
