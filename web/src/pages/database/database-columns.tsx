import type { DatabaseChange, DatabaseStatus } from '../../../../src/server/contract/database.ts';
import { Age } from '../../components/Age.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { formatCount, formatDate, formatDuration, formatNumber, plural } from '../../components/format.ts';
import { Tag } from '../../components/Tag.tsx';

type Source = DatabaseStatus['sources'][number];
type Stream = DatabaseStatus['streams'][number];

export const sourceColumns: readonly Column<Source>[] = [
  { id: 'title', title: 'Source', width: 'minmax(200px, 1fr)', card: 'title', cell: (row) => row.title },
  { id: 'age', title: 'Age', width: '90px', cell: (row) => plural(Math.round(row.ageDays), 'day') },
  { id: 'date', title: 'State of', width: '110px', priority: 2, cell: (row) => formatDate(row.date) },
  { id: 'records', title: 'Records', width: '90px', align: 'end', cell: (row) => formatNumber(row.records) },
  {
    id: 'problems',
    title: 'Unread',
    width: '76px',
    align: 'end',
    cell: (row) => (row.problems > 0 ? <Tag tone="warn">{formatNumber(row.problems)}</Tag> : '0'),
  },
  {
    id: 'license',
    title: 'Licence',
    width: 'minmax(100px, 0.4fr)',
    priority: 3,
    card: 'hidden',
    cell: (row) => row.license,
  },
];

const levels: Readonly<Record<Stream['level'], { readonly word: string; readonly tone: 'good' | 'warn' | 'bad' }>> = {
  full: { word: 'all flaws', tone: 'good' },
  'fixed-only': { word: 'fixed flaws only', tone: 'warn' },
  none: { word: 'nothing', tone: 'bad' },
};

export const streamColumns: readonly Column<Stream>[] = [
  {
    id: 'id',
    title: 'System',
    width: 'minmax(200px, 1fr)',
    card: 'title',
    cell: (row) => <span className="mono">{row.id}</span>,
  },
  {
    id: 'level',
    title: 'Known of it',
    width: '150px',
    card: 'bare',
    cell: (row) => <Tag tone={levels[row.level].tone}>{levels[row.level].word}</Tag>,
  },
  { id: 'date', title: 'State of', width: '120px', cell: (row) => (row.date ? formatDate(row.date) : '–') },
];

export const changeColumns: readonly Column<DatabaseChange>[] = [
  {
    id: 'installed',
    title: 'Taken up',
    width: 'minmax(130px, 1fr)',
    card: 'title',
    cell: (row) => (
      <>
        <Age at={row.installed} /> by {row.installedBy}
      </>
    ),
  },
  { id: 'built', title: 'Built', width: '100px', priority: 2, cell: (row) => <Age at={row.built} /> },
  {
    id: 'packages',
    title: 'Packages matched again',
    width: '160px',
    align: 'end',
    priority: 2,
    cell: (row) => formatCount(row.packagesRematched),
  },
  { id: 'appeared', title: 'Appeared', width: '84px', align: 'end', cell: (row) => formatCount(row.appeared) },
  { id: 'went', title: 'Went', width: '70px', align: 'end', cell: (row) => formatCount(row.went) },
  { id: 'images', title: 'In images', width: '84px', align: 'end', cell: (row) => formatCount(row.imagesChanged) },
  { id: 'took', title: 'Took', width: '80px', align: 'end', priority: 3, cell: (row) => formatDuration(row.took) },
];
