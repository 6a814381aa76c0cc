import type { RegistryRow } from '../../../../src/server/contract/registries.ts';
import { connectRegistryAddress, imagesAddress, registryAddress } from '../../addresses.ts';
import { useRegistries } from '../../api/registries.ts';
import { useHasRole } from '../../api/session.ts';
import { AddButton } from '../../components/AddButton.tsx';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { KindTitle, RegistryState } from './RegistryState.tsx';
import classes from './registries.module.css';

const filters: ListFilters = { search: 'Name or host' };

const columns: readonly Column<RegistryRow>[] = [
  {
    id: 'name',
    title: 'Registry',
    width: 'minmax(200px, 1.4fr)',
    card: 'title',
    cell: (row) => (
      <span className={classes.name} title={row.host}>
        <AppLink to={registryAddress(row.name)}>{row.name}</AppLink>
        <bdi className={classes.faint}>{row.host}</bdi>
      </span>
    ),
  },
  {
    id: 'kind',
    title: 'Product',
    width: 'minmax(120px, 0.8fr)',
    priority: 3,
    card: 'hidden',
    cell: (row) => <KindTitle kind={row.kind} />,
  },
  {
    id: 'state',
    title: 'State',
    width: 'minmax(150px, 0.7fr)',
    card: 'bare',
    cell: (row) => <RegistryState row={row} />,
  },
  { id: 'known', title: 'Images', width: '72px', align: 'end', cell: (row) => formatCount(row.images.known) },
  {
    id: 'scanned',
    title: 'Scanned',
    width: '72px',
    align: 'end',
    priority: 2,
    cell: (row) => formatCount(row.images.scanned),
  },
  {
    id: 'failed',
    title: 'Failed',
    width: '64px',
    align: 'end',
    cell: (row) =>
      row.images.failed === 0 ? (
        '0'
      ) : (
        <AppLink to={imagesAddress({ registry: row.name, state: 'failed' })}>{formatCount(row.images.failed)}</AppLink>
      ),
  },
  {
    id: 'push',
    title: 'Last push',
    width: '92px',
    priority: 2,
    cell: (row) => <Age at={row.lastPush} missing="none seen" />,
  },
  {
    id: 'crawl',
    title: 'Looked through',
    width: '112px',
    priority: 3,
    cell: (row) => <Age at={row.lastCrawl} missing="never" />,
  },
];

export function Page() {
  const { filter } = useListQuery(filters);
  const list = useRegistries(filter);
  const isAdmin = useHasRole('admin');
  const connect = isAdmin && <AddButton to={connectRegistryAddress}>Connect a registry</AddButton>;
  const failing = list.rows.filter(({ failure }) => failure);
  return (
    <ListPage<RegistryRow>
      title="Registries"
      question="Is everything I own looked at?"
      noun={['registry', 'registries']}
      list={list}
      columns={columns}
      filters={filters}
      rowId={(row) => row.name}
      href={(row) => registryAddress(row.name)}
      actions={(list.rows.length > 0 || filter.q) && connect}
      lead={
        failing.length > 0 && (
          <PartialState tone="bad">
            {plural(failing.length, 'registry cannot', 'registries cannot')} be read, so pushes into{' '}
            {failing.length === 1 ? 'it' : 'them'} go unseen:{' '}
            {failing.slice(0, 5).map((row, index) => (
              <span key={row.name}>
                {index > 0 && ', '}
                <AppLink to={registryAddress(row.name)}>{row.name}</AppLink>
              </span>
            ))}
            .
          </PartialState>
        )
      }
      empty={
        <EmptyState title="No registry is connected" action={connect}>
          A connected registry is looked through at once, newest images first; from then on every push is scanned as it
          comes, and every new advisory is matched against all of it.
          {!isAdmin && ' An administrator can connect one.'}
        </EmptyState>
      }
    />
  );
}
