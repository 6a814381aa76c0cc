import type { JobRow } from '../../../../src/server/contract/jobs.ts';
import { jobsAddress } from '../../addresses.ts';
import { useJobSummary, useJobs } from '../../api/jobs.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatNumber } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { CancelJob, JobPanel } from './JobPanel.tsx';
import { JobState, stateTitles } from './JobState.tsx';
import classes from './jobs.module.css';
import { becauseWords, durationOf, kindTitles } from './words.ts';

const filters: ListFilters = {
  search: 'Image or registry',
  offered: [
    { kind: 'choice', name: 'state', title: 'State', options: titled(stateTitles) },
    { kind: 'choice', name: 'kind', title: 'Kind', options: titled(kindTitles) },
  ],
};

const columns: readonly Column<JobRow>[] = [
  {
    id: 'subject',
    title: 'Job',
    width: 'minmax(220px, 1.4fr)',
    card: 'title',
    cell: (row) => (
      <span className={classes.job} title={row.subject}>
        <span className={classes.kind}>{kindTitles[row.kind]}</span> <bdi>{row.subject}</bdi>
      </span>
    ),
  },
  { id: 'state', title: 'State', width: 'minmax(150px, 0.8fr)', card: 'bare', cell: (row) => <JobState job={row} /> },
  {
    id: 'because',
    title: 'Because of',
    width: '130px',
    priority: 3,
    card: 'hidden',
    cell: (row) => becauseWords(row.because),
  },
  { id: 'created', title: 'Asked', width: '86px', cell: (row) => <Age at={row.created} /> },
  { id: 'took', title: 'Took', width: '86px', align: 'end', priority: 2, cell: (row) => durationOf(row) ?? '–' },
  { id: 'cancel', title: '', width: '72px', align: 'end', card: 'bare', cell: (row) => <CancelJob job={row} /> },
];

export function Page() {
  const { filter } = useListQuery(filters);
  return (
    <ListPage<JobRow>
      title="Jobs"
      question="What is the server doing, and what did not work?"
      noun={['job', 'jobs']}
      list={useJobs(filter)}
      columns={columns}
      rowId={(row) => row.id}
      filters={filters}
      lead={<Standing />}
      panel={(row) => ({ title: `${kindTitles[row.kind]} ${row.subject}`, content: <JobPanel job={row} /> })}
      empty={
        <EmptyState title="Nothing was done yet">
          Scans, looks through registries and backups stand here, while they run and for some days after.{' '}
          <AppLink to="/registries">Connect a registry</AppLink> and the first ones begin at once.
        </EmptyState>
      }
    />
  );
}

function Standing() {
  const summary = useJobSummary().data;
  if (!summary) return null;
  const { running, waiting, failedLastDay, perMinute } = summary;
  return (
    <p className={classes.standing} role="status">
      <strong>{running === 0 ? 'Nothing runs' : `${formatNumber(running)} running`}</strong>
      {waiting > 0 && (
        <>
          , <AppLink to={jobsAddress({ state: 'waiting' })}>{formatNumber(waiting)} waiting</AppLink>
          {perMinute > 0 && ` (about ${formatNumber(Math.ceil(waiting / perMinute))} min at the present pace)`}
        </>
      )}
      {perMinute > 0 && `, ${formatNumber(Math.round(perMinute * 10) / 10)} finished a minute`}.{' '}
      {failedLastDay > 0 ? (
        <AppLink to={jobsAddress({ state: 'failed' })}>{formatNumber(failedLastDay)} failed since yesterday</AppLink>
      ) : (
        'None failed since yesterday'
      )}
      .
    </p>
  );
}
