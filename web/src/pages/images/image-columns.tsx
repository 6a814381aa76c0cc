import type { ImageRow } from '../../../../src/server/contract/images.ts';
import { Age } from '../../components/Age.tsx';
import { artifactWord } from '../../components/artifact-words.ts';
import { Counts } from '../../components/Counts.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { exploitedColumn } from '../../components/finding-columns.tsx';
import { formatNumber } from '../../components/format.ts';
import { ImageName } from '../../components/ImageName.tsx';
import { Score } from '../../components/Score.tsx';
import { Tag } from '../../components/Tag.tsx';
import { ImageScore } from './ImageScore.tsx';

export const imageColumns: readonly Column<ImageRow>[] = [
  {
    id: 'name',
    title: 'Image',
    width: 'minmax(220px, 1fr)',
    sort: 'name',
    card: 'title',
    cell: (image) => (
      <>
        <ImageName digest={image.digest} name={image.name} />
        <ImageTags image={image} />
      </>
    ),
  },
  {
    id: 'risk',
    title: 'Risk',
    width: '72px',
    sort: 'risk',
    card: 'labelled',
    cell: (image) =>
      image.state === 'scanned' ? (
        <Score value={image.risk} of={image.name} explain={() => <ImageScore digest={image.digest} />} />
      ) : (
        '–'
      ),
  },
  {
    id: 'findings',
    title: 'Findings',
    width: '196px',
    sort: 'critical',
    card: 'bare',
    cell: (image) => <ImageFindings image={image} />,
  },
  exploitedColumn,
  {
    id: 'fixable',
    title: 'With a fix',
    width: '76px',
    align: 'end',
    priority: 2,
    card: 'hidden',
    cell: (image) => (image.state === 'scanned' ? formatNumber(image.counts.fixable) : '–'),
  },
  {
    id: 'os',
    title: 'System',
    width: '176px',
    priority: 3,
    card: 'hidden',
    cell: (image) => (
      <>
        <span title={image.os}>{image.os ?? '–'}</span>
        {image.endOfLife && <Tag tone="warn">end of life</Tag>}
      </>
    ),
  },
  {
    id: 'pushed',
    title: 'Pushed',
    width: '84px',
    sort: 'pushed',
    priority: 2,
    cell: (image) => <Age at={newestPush(image)} />,
  },
  {
    id: 'scanned',
    title: 'Scanned',
    width: '84px',
    sort: 'scanned',
    priority: 3,
    card: 'hidden',
    cell: (image) => <Age at={image.scanned} missing="never" />,
  },
];

export function newestPush(image: ImageRow): string | undefined {
  return image.locations
    .map(({ pushed }) => pushed)
    .filter((pushed) => pushed !== undefined)
    .sort()
    .at(-1);
}

export function ImageTags({ image }: { readonly image: ImageRow }) {
  return <>{image.problems > 0 && image.state === 'scanned' && <Tag tone="warn">partial</Tag>}</>;
}

const waiting = { queued: 'Waiting to be scanned', scanning: 'Being scanned' } as const;

function ImageFindings({ image }: { readonly image: ImageRow }) {
  if (image.state === 'scanned') return <Counts counts={image.counts} />;
  if (image.state === 'failed') {
    return (
      <span title={image.failure?.message}>
        <Tag tone="bad">could not be scanned</Tag>
      </span>
    );
  }
  if (image.state === 'artifact') return <Tag>{artifactWord(image)}</Tag>;
  return <span style={{ color: 'var(--mantine-color-dimmed)' }}>{waiting[image.state]}</span>;
}
