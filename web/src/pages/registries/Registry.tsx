import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { RegistryRow, RepositoryRow } from '../../../../src/server/contract/registries.ts';
import { imagesAddress, jobsAddress, overviewAddress } from '../../addresses.ts';
import { useCrawlRegistry, useRegistry, useRepositories, useTestStoredRegistry } from '../../api/registries.ts';
import { useHasRole } from '../../api/session.ts';
import { Age } from '../../components/Age.tsx';
import { Answer } from '../../components/Answer.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { countArtifacts } from '../../components/artifact-words.ts';
import type { Column } from '../../components/DataTable.tsx';
import { DetailPage } from '../../components/DetailPage.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { FormError } from '../../components/Form.tsx';
import { formatAge, formatCount, formatNumber, plural } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';
import { notifyDone, notifyFailed } from '../../components/notify.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import { ConnectionSteps } from './ConnectionSteps.tsx';
import { NotificationsTab } from './NotificationsTab.tsx';
import { KindTitle, standingOf } from './RegistryState.tsx';
import { SettingsTab } from './SettingsTab.tsx';
import { signInTitle } from './sign-ins.ts';

export function Page() {
  const { name = '' } = useParams({ strict: false }) as { name?: string };
  return <Answer of={useRegistry(name)}>{(registry) => <RegistryPage registry={registry} />}</Answer>;
}

function RegistryPage({ registry }: { readonly registry: RegistryRow }) {
  const isAnalyst = useHasRole('analyst');
  const isAdmin = useHasRole('admin');
  const crawl = useCrawlRegistry(registry.name);
  const test = useTestStoredRegistry(registry.name);
  const crawlNow = () =>
    crawl.mutate(undefined, {
      onSuccess: () => notifyDone(`${registry.name} is being looked through`),
      onError: (error) => notifyFailed(`${registry.name} is not looked through`, error),
    });
  return (
    <DetailPage
      parent={{ title: 'Registries', to: '/registries' }}
      name={registry.name}
      actions={
        <>
          <Button component={AppLink} to={overviewAddress({ scope: registry.name })} size="xs" variant="default">
            Show only this registry
          </Button>
          {isAdmin && (
            <Button size="xs" variant="default" onClick={() => test.mutate({})} loading={test.isPending}>
              Test the connection
            </Button>
          )}
          {isAnalyst && (
            <Button size="xs" onClick={crawlNow} loading={crawl.isPending}>
              Look through it now
            </Button>
          )}
        </>
      }
      identity={[
        { label: 'Product', value: <KindTitle kind={registry.kind} /> },
        { label: 'Host', value: <span className="mono">{registry.host}</span> },
        {
          label: 'Sign-in',
          value: `${signInTitle(registry.signIn.method)}${registry.signIn.username ? ` (${registry.signIn.username})` : ''}`,
        },
        { label: 'Last push', value: <Age at={registry.lastPush} missing="none seen" /> },
        { label: 'Looked through', value: <Age at={registry.lastCrawl} missing="never" /> },
        { label: 'Connected', value: <Age at={registry.created} /> },
      ]}
      verdict={<Verdict registry={registry} />}
      notes={
        <>
          {registry.failure && (
            <PartialState tone="bad">
              For {formatAge(registry.failure.since)} it cannot be read: {registry.failure.message}{' '}
              <span className="mono">{registry.failure.code}</span>. What is shown is what was known before.
            </PartialState>
          )}
          {test.data && <ConnectionSteps test={test.data} />}
          {test.error && <FormError failed="The connection was not tested" error={test.error} />}
        </>
      }
      tabs={[
        {
          id: 'repositories',
          title: 'Repositories',
          count: registry.repositoriesKnown,
          content: () => <RepositoriesTab registry={registry} />,
        },
        { id: 'notifications', title: 'Notifications', content: () => <NotificationsTab registry={registry} /> },
        { id: 'settings', title: 'Settings', content: () => <SettingsTab key={registry.name} registry={registry} /> },
      ]}
    />
  );
}

function Verdict({ registry }: { readonly registry: RegistryRow }) {
  const { images, name } = registry;
  return (
    <>
      <AppLink to={imagesAddress({ registry: name })}>{plural(images.known, 'image')}</AppLink>,{' '}
      {formatNumber(images.scanned)} scanned
      {images.queued > 0 && (
        <>
          , <AppLink to={jobsAddress({ state: 'waiting' })}>{formatNumber(images.queued)} waiting</AppLink>
        </>
      )}
      {images.failed > 0 && (
        <>
          ,{' '}
          <AppLink to={imagesAddress({ registry: name, state: 'failed' })}>
            {formatNumber(images.failed)} failed
          </AppLink>
        </>
      )}
      .{!registry.failure && ` ${standingOf(registry).sentence}`} <Artifacts registry={registry} />
    </>
  );
}

/** What is no image is neither scanned nor missing; one should know that it was seen. */
function Artifacts({ registry: { artifacts, name } }: { readonly registry: RegistryRow }) {
  if (artifacts.length === 0) return null;
  const total = artifacts.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      It also holds{' '}
      <AppLink to={imagesAddress({ registry: name, state: 'artifact' })}>{plural(total, 'other artifact')}</AppLink>:{' '}
      {artifacts.map(({ kind, count }) => countArtifacts(kind, count)).join(', ')}.
    </>
  );
}

const columns: readonly Column<RepositoryRow>[] = [
  {
    id: 'name',
    title: 'Repository',
    width: 'minmax(220px, 1fr)',
    card: 'title',
    cell: (row) => (
      <AppLink to={imagesAddress({ registry: row.registry, repository: row.name })} title={row.name}>
        <bdi>{row.name}</bdi>
      </AppLink>
    ),
  },
  { id: 'images', title: 'Images', width: '80px', align: 'end', cell: (row) => formatCount(row.images) },
  { id: 'tags', title: 'Tags', width: '80px', align: 'end', cell: (row) => formatCount(row.tags) },
  { id: 'push', title: 'Last push', width: '110px', cell: (row) => <Age at={row.lastPush} missing="none seen" /> },
];

const filters: ListFilters = { search: 'Part of a name' };

function RepositoriesTab({ registry }: { readonly registry: RegistryRow }) {
  const { filter } = useListQuery(filters);
  return (
    <ListPage<RepositoryRow>
      title="Repositories"
      noun={['repository', 'repositories']}
      list={useRepositories(registry.name, filter)}
      columns={columns}
      rowId={(row) => row.name}
      href={(row) => imagesAddress({ registry: row.registry, repository: row.name })}
      filters={filters}
      empty={
        <EmptyState title="No repository is known yet">
          {registry.lastCrawl
            ? 'The sign-in may see none, or the patterns under Settings leave none. The connection test says how many it finds.'
            : 'It is looked through for the first time; Jobs shows how far that is.'}
        </EmptyState>
      }
    />
  );
}
