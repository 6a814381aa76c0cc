import { useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { RecommendationDetail } from '../../../../src/server/contract/recommendations.ts';
import { imageAddress } from '../../addresses.ts';
import { wholeList } from '../../api/page.ts';
import { useRecommendation } from '../../api/recommendations.ts';
import { Answer } from '../../components/Answer.tsx';
import { Counts } from '../../components/Counts.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { DetailPage } from '../../components/DetailPage.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { imageColumn } from '../../components/finding-columns.tsx';
import { formatNumber, plural } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { type ListFilters, useListQuery } from '../../components/list-filters.ts';
import { Score } from '../../components/Score.tsx';
import { DueField, OwnerField, StatusField } from './RecommendationFields.tsx';
import { FlawLinks, RecommendationReasons } from './RecommendationPanel.tsx';

export function Page() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  return <Answer of={useRecommendation(id)}>{(row) => <RecommendationPage row={row} />}</Answer>;
}

function RecommendationPage({ row }: { readonly row: RecommendationDetail }) {
  return (
    <DetailPage
      parent={{ title: 'Recommendations', to: '/recommendations' }}
      name={`${row.package.name} → ${row.to}`}
      identity={[
        { label: 'Status', value: <StatusField row={row} /> },
        { label: 'Owner', value: <OwnerField row={row} /> },
        { label: 'Due', value: <DueField row={row} /> },
        {
          label: 'Risk',
          value: <Score value={row.risk} of={row.title} explain={() => <RecommendationReasons row={row} />} />,
        },
        { label: 'Removes', value: <Counts counts={row.counts} /> },
      ]}
      verdict={
        <>
          Upgrading <strong>{row.package.name}</strong> from <span className="mono">{row.from.join(', ')}</span> to{' '}
          <span className="mono">{row.to}</span> in {plural(row.images, 'image')} removes{' '}
          <strong>{plural(row.removes, 'finding')}</strong>
          {row.counts.exploited > 0 && `, ${row.counts.exploited} of them exploited in the wild`}.
        </>
      }
      notes={<FlawLinks flaws={row.flaws} />}
      tabs={[{ id: 'images', title: 'Images', content: () => <ImagesToUpgrade row={row} /> }]}
    />
  );
}

type ImageToUpgrade = RecommendationDetail['imageList'][number];

const columns: readonly Column<ImageToUpgrade>[] = [
  imageColumn,
  {
    id: 'version',
    title: 'Installed',
    width: 'minmax(120px, 0.4fr)',
    cell: (image) => <span className="mono">{image.version}</span>,
  },
  { id: 'removes', title: 'Removes', width: '90px', align: 'end', cell: (image) => formatNumber(image.removes) },
];

const filters: ListFilters = { search: 'Name' };

function ImagesToUpgrade({ row }: { readonly row: RecommendationDetail }) {
  const q = useListQuery(filters).filter.q?.[0]?.toLowerCase() ?? '';
  const list = useMemo(() => wholeList(row.imageList.filter(({ name }) => name.toLowerCase().includes(q))), [row, q]);
  return (
    <ListPage<ImageToUpgrade>
      title="Images to upgrade"
      noun={['image', 'images']}
      list={list}
      columns={columns}
      rowId={(image) => `${image.digest} ${image.version}`}
      href={(image) => imageAddress(image.digest)}
      filters={filters}
      empty={<EmptyState title="No image needs this any more" />}
    />
  );
}
