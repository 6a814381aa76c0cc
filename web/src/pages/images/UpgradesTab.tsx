import { useMemo } from 'react';
import type { UpgradeRow } from '../../../../src/server/contract/images.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import { useImageUpgrades } from '../../api/images.ts';
import { wholeList } from '../../api/page.ts';
import { AppLink } from '../../components/AppLink.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { countsColumn, exploitedColumn } from '../../components/finding-columns.tsx';
import { formatNumber } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import classes from './images.module.css';

const columns: readonly Column<UpgradeRow>[] = [
  {
    id: 'package',
    title: 'Upgrade',
    width: 'minmax(240px, 1fr)',
    card: 'title',
    cell: (row) => (
      <span title={`${row.package.name} ${row.package.version} → ${row.to}`}>
        <span style={{ fontWeight: 500 }}>
          <bdi>{row.package.name}</bdi>
        </span>{' '}
        <span className="mono" style={{ color: 'var(--mantine-color-dimmed)', fontWeight: 400 }}>
          {row.package.version} →
        </span>{' '}
        <span className="mono" style={{ fontWeight: 400 }}>
          {row.to}
        </span>
      </span>
    ),
  },
  {
    id: 'type',
    title: 'Kind',
    width: '70px',
    priority: 2,
    card: 'hidden',
    cell: (row) => row.package.type,
  },
  exploitedColumn,
  {
    id: 'removes',
    title: 'Removes',
    width: '64px',
    align: 'end',
    cell: (row) => formatNumber(row.removes.length),
  },
  { ...countsColumn, title: 'By severity' },
  {
    id: 'flaws',
    title: 'Worst',
    width: 'minmax(150px, 0.5fr)',
    priority: 3,
    card: 'hidden',
    cell: (row) => (
      <span>
        {row.removes.slice(0, 3).map((id, index) => (
          <span key={id}>
            {index > 0 && ', '}
            <AppLink to={vulnerabilityAddress(id)} className="quiet">
              {id}
            </AppLink>
          </span>
        ))}
      </span>
    ),
  },
];

/** What to change in the image's recipe, most useful first. */
export function UpgradesTab({ digest }: { readonly digest: string }) {
  const upgrades = useImageUpgrades(digest);
  const list = useMemo(() => wholeList(upgrades.data?.items ?? []), [upgrades.data]);
  return (
    <ListPage<UpgradeRow>
      title="Upgrades"
      noun={['upgrade', 'upgrades']}
      list={{ ...list, isLoading: upgrades.isPending, error: upgrades.error, refresh: () => void upgrades.refetch() }}
      columns={columns}
      rowId={(row) => `${row.package.type} ${row.package.name} ${row.package.version}`}
      panel={(row) => ({ title: `${row.package.name} → ${row.to}`, content: <UpgradePanel row={row} /> })}
      empty={
        <EmptyState title="No upgrade removes a finding">Either nothing was found, or nothing is fixed yet.</EmptyState>
      }
    />
  );
}

function UpgradePanel({ row }: { readonly row: UpgradeRow }) {
  return (
    <>
      <p className={classes.faint}>
        Installed: <span className="mono">{row.package.version}</span>. What goes away, most dangerous first:
      </p>
      <ul className={classes.plain}>
        {row.removes.map((id) => (
          <li key={id}>
            <AppLink to={vulnerabilityAddress(id)}>{id}</AppLink>
          </li>
        ))}
      </ul>
    </>
  );
}
