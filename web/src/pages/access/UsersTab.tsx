import { useState } from 'react';
import type { UserRow } from '../../../../src/server/contract/access.ts';
import { useUsers } from '../../api/accounts.ts';
import { AddButton } from '../../components/AddButton.tsx';
import { Age } from '../../components/Age.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';
import { Tag } from '../../components/Tag.tsx';
import { AddUser } from './AddUser.tsx';
import classes from './access.module.css';
import { grantsText } from './grants.ts';
import { UserPanel } from './UserPanel.tsx';

const columns: readonly Column<UserRow>[] = [
  {
    id: 'user',
    title: 'User',
    width: 'minmax(180px, 1fr)',
    card: 'title',
    cell: (row) => (
      <span title={row.user}>
        <bdi>{row.user}</bdi> {row.name && <bdi className={classes.hint}>{row.name}</bdi>}
      </span>
    ),
  },
  {
    id: 'grants',
    title: 'Roles',
    width: 'minmax(160px, 1fr)',
    cell: (row) => <span title={grantsText(row.grants)}>{grantsText(row.grants)}</span>,
  },
  {
    id: 'state',
    title: 'State',
    width: '110px',
    card: 'bare',
    cell: (row) =>
      row.disabled ? <Tag>disabled</Tag> : row.locked ? <Tag tone="warn">locked</Tag> : <Tag tone="good">active</Tag>,
  },
  {
    id: 'source',
    title: 'Signs in',
    width: '130px',
    priority: 2,
    cell: (row) => (row.source === 'local' ? 'with a password' : 'elsewhere'),
  },
  { id: 'seen', title: 'Last seen', width: '92px', cell: (row) => <Age at={row.lastSeen} missing="never" /> },
  { id: 'created', title: 'Made', width: '92px', priority: 3, card: 'hidden', cell: (row) => <Age at={row.created} /> },
];

const filters: ListFilters = { search: 'Login or name' };

export function UsersTab() {
  const { filter } = useListQuery(filters);
  const [isAdding, setAdding] = useState(false);
  const add = <AddButton onClick={() => setAdding(true)}>Add a user</AddButton>;
  return (
    <>
      <ListPage<UserRow>
        title="Users"
        noun={['user', 'users']}
        list={useUsers(filter)}
        columns={columns}
        rowId={(row) => row.user}
        filters={filters}
        tools={add}
        panel={(row) => ({ title: row.name ?? row.user, content: <UserPanel key={row.user} user={row} /> })}
        empty={
          <EmptyState title="There is no account" action={add}>
            Whoever signs in through your organisation appears here by themselves.
          </EmptyState>
        }
      />
      {isAdding && <AddUser close={() => setAdding(false)} />}
    </>
  );
}
