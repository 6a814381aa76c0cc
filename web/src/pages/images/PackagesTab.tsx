import { useEffect, useMemo } from 'react';
import type { ImageDetail, ImagePackage } from '../../../../src/server/contract/images.ts';
import { useAddressFilter } from '../../address-filter.ts';
import { imageAddress } from '../../addresses.ts';
import { useImagePackages } from '../../api/images.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { Counts } from '../../components/Counts.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Facts } from '../../components/Facts.tsx';
import { countsColumn } from '../../components/finding-columns.tsx';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';
import { PackageName } from '../../components/PackageName.tsx';
import classes from './images.module.css';
import { Layers } from './Layers.tsx';

const filters: ListFilters = { search: 'Name' };

/** Packages, narrowed to a layer when one is chosen: which build step brought what. */
export function PackagesTab({ image }: { readonly image: ImageDetail }) {
  const address = useAddressFilter();
  const { filter } = useListQuery(filters);
  const layer = address.one('layer');
  const all = useImagePackages(image.digest, filter);
  // Which packages a layer brought is known only when all are here; an image has thousands at most.
  useEffect(() => {
    if (all.hasMore && !all.isLoadingMore) all.loadMore();
  }, [all]);
  const rows = useMemo(
    () => (layer ? all.rows.filter(({ locations }) => locations.some((one) => one.layer === layer)) : all.rows),
    [all.rows, layer],
  );
  const columns = useMemo(() => packageColumns(image), [image]);
  return (
    <div className={classes.packages}>
      <Layers layers={image.layers} chosen={layer} choose={(diffID) => address.set({ layer: diffID })} />
      <div className={classes.packageList}>
        <ListPage<ImagePackage>
          title="Packages"
          noun={['package', 'packages']}
          list={{ ...all, rows, total: layer ? rows.length : all.total, hasMore: false }}
          columns={columns}
          rowId={(row) => row.id}
          filters={filters}
          panel={(row) => ({ title: row.name, content: <PackagePanel row={row} digest={image.digest} /> })}
          empty={
            <EmptyState title="No package was found">
              Programs without a package database may still be inside.
            </EmptyState>
          }
        />
      </div>
    </div>
  );
}

function packageColumns(image: ImageDetail): readonly Column<ImagePackage>[] {
  const numbers = new Map(image.layers.map(({ diffID }, index) => [diffID, index + 1]));
  return [
    {
      id: 'name',
      title: 'Package',
      width: 'minmax(180px, 1fr)',
      card: 'title',
      cell: (row) => <PackageName name={row.name} version={row.version} />,
    },
    { id: 'type', title: 'Kind', width: '64px', card: 'bare', cell: (row) => row.type },
    {
      id: 'layer',
      title: 'Layer',
      width: '48px',
      align: 'end',
      priority: 2,
      card: 'hidden',
      cell: (row) => numbers.get(row.locations[0]?.layer ?? '') ?? '–',
    },
    {
      id: 'licenses',
      title: 'Licences',
      width: 'minmax(90px, 0.5fr)',
      priority: 2,
      card: 'hidden',
      cell: (row) => <span title={row.licenses.join(', ')}>{row.licenses.join(', ') || '–'}</span>,
    },
    countsColumn,
  ];
}

function PackagePanel({ row, digest }: { readonly row: ImagePackage; readonly digest: string }) {
  return (
    <>
      <Facts
        facts={[
          [
            'Version',
            <span key="version" className="mono">
              {row.version}
            </span>,
          ],
          ['Kind', row.type],
          ['Source', row.source && <PackageName key="source" name={row.source.name} version={row.source.version} />],
          ['Licences', row.licenses.join(', ')],
          ['Found by', row.evidence],
          ['Installed by', row.owner],
          ['Findings', <Counts key="counts" counts={row.counts} />],
          [
            'Lies in',
            <ul key="places" className={classes.plain}>
              {row.locations.slice(0, 20).map(({ path }) => (
                <li key={path} className="mono">
                  {path}
                </li>
              ))}
            </ul>,
          ],
          [
            'Package URL',
            <span key="purl" className="mono">
              {row.purl}
            </span>,
          ],
        ]}
      />
      <AppLink to={`${imageAddress(digest, 'findings')}&package=${encodeURIComponent(row.name)}`}>Its findings</AppLink>
    </>
  );
}
