import type { DatabaseChange, DatabaseStatus } from '../../../../src/server/contract/database.ts';
import { useDatabase, useDatabaseChanges } from '../../api/database.ts';
import { wholeList } from '../../api/page.ts';
import { ApiError } from '../../api/request.ts';
import { AddressTabs } from '../../components/AddressTabs.tsx';
import { Answer } from '../../components/Answer.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatAge, formatDuration, formatInstant, formatNumber, plural } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, titled, useListQuery } from '../../components/list-filters.ts';
import { PageHead } from '../../components/PageHead.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import classes from './database.module.css';
import { changeColumns, sourceColumns, streamColumns } from './database-columns.tsx';

const head = <PageHead title="Database" question="How fresh is what is known about vulnerabilities?" />;

export function Page() {
  const database = useDatabase();
  if (database.error instanceof ApiError && database.error.code === 'DATABASE_MISSING') return <NoDatabase />;
  return <Answer of={database}>{(data) => <DatabasePage database={data} />}</Answer>;
}

function DatabasePage({ database }: { readonly database: DatabaseStatus }) {
  const { sources, streams } = database;
  return (
    <>
      {head}
      <div className={classes.lead}>
        <Standing database={database} />
      </div>
      <AddressTabs
        tabs={[
          { id: 'sources', title: 'Sources', count: sources.length, content: () => <Sources database={database} /> },
          { id: 'streams', title: 'Systems', count: streams.length, content: () => <Streams database={database} /> },
          { id: 'changes', title: 'Changes', content: () => <Changes /> },
        ]}
      />
    </>
  );
}

function NoDatabase() {
  return (
    <>
      {head}
      <EmptyState title="No vulnerability database is installed" command="breakwater db build --data advisories">
        Images are read and their packages listed, but nothing is matched: an image without findings is not a clean one.
        Build a database from the advisories that you keep; the server takes a new one up by itself.
      </EmptyState>
    </>
  );
}

function Standing({ database }: { readonly database: DatabaseStatus }) {
  const { last } = database;
  const oldest = [...database.sources].sort((a, b) => b.ageDays - a.ageDays)[0];
  return (
    <>
      <p className={classes.sentence}>
        Built <strong>{formatAge(database.built)} ago</strong>, on {formatInstant(database.built)}, from{' '}
        {plural(database.sources.length, 'source')}
        {oldest && ` of which ${oldest.title} is the oldest (${plural(Math.round(oldest.ageDays), 'day')})`}.
      </p>
      {last && <p className={classes.sentence}>{lastWords(last)}</p>}
      {database.stale && (
        <PartialState>
          This is older than Settings allow: flaws published since are not found. Build a newer one; the server takes it
          up by itself.
        </PartialState>
      )}
    </>
  );
}

/** What the database in use changed when it was taken up. */
function lastWords(last: DatabaseChange) {
  if (last.packagesRematched === 0) return 'Taking it up changed no finding.';
  return (
    <>
      Taking it up matched {plural(last.packagesRematched, 'package')} again:{' '}
      <strong>{plural(last.appeared, 'finding')} appeared</strong> and {formatNumber(last.went)} went, in{' '}
      {plural(last.imagesChanged, 'image')}, within {formatDuration(last.took)} and without pulling anything.
    </>
  );
}

function Sources({ database }: { readonly database: DatabaseStatus }) {
  const oldestFirst = [...database.sources].sort((a, b) => b.ageDays - a.ageDays);
  return (
    <ListPage
      title="Sources"
      noun={['source', 'sources']}
      list={wholeList(oldestFirst)}
      columns={sourceColumns}
      rowId={(row) => row.id}
      empty={
        <EmptyState title="The database names no sources">It was built by an older version; build it anew.</EmptyState>
      }
    />
  );
}

const streamFilters: ListFilters = {
  search: 'debian, alpine, npm',
  offered: [
    {
      kind: 'choice',
      name: 'level',
      title: 'Known',
      options: titled({ full: 'All flaws', 'fixed-only': 'Fixed flaws only', none: 'Nothing' }),
    },
  ],
};

function Streams({ database }: { readonly database: DatabaseStatus }) {
  const { filter } = useListQuery(streamFilters);
  const q = filter.q?.[0]?.toLowerCase() ?? '';
  const rows = database.streams.filter(
    (row) => row.id.toLowerCase().includes(q) && (!filter.level || filter.level.includes(row.level)),
  );
  return (
    <ListPage
      title="Systems"
      noun={['system', 'systems']}
      list={wholeList(rows)}
      columns={streamColumns}
      rowId={(row) => row.id}
      filters={streamFilters}
      empty={<EmptyState title="The database covers no system">It was built without advisories.</EmptyState>}
    />
  );
}

function Changes() {
  return (
    <ListPage<DatabaseChange>
      title="Changes"
      noun={['database', 'databases']}
      list={useDatabaseChanges()}
      columns={changeColumns}
      rowId={(row) => row.id}
      empty={
        <EmptyState title="The first database is still the only one">
          When a newer one takes its place, what it changed for your images stands here.
        </EmptyState>
      }
    />
  );
}
