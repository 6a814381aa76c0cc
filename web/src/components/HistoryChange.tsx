import type { HistoryEvent } from '../../../src/server/contract/images.ts';
import { titled } from './list-filters.ts';
import { Tag } from './Tag.tsx';

const changes: Readonly<Record<HistoryEvent['change'], { title: string; tone: 'plain' | 'good' | 'bad' }>> = {
  appeared: { title: 'appeared', tone: 'bad' },
  went: { title: 'went', tone: 'good' },
  seen: { title: 'seen', tone: 'plain' },
  pushed: { title: 'pushed', tone: 'plain' },
  tagged: { title: 'tagged', tone: 'plain' },
  deleted: { title: 'deleted', tone: 'plain' },
  scanned: { title: 'scanned', tone: 'plain' },
  failed: { title: 'failed', tone: 'bad' },
};

export function HistoryChange({ change }: { readonly change: HistoryEvent['change'] }) {
  return <Tag tone={changes[change].tone}>{changes[change].title}</Tag>;
}

export const changeOptions = Object.entries(changes).map(([value, { title }]) => ({
  value,
  title: title.charAt(0).toUpperCase() + title.slice(1),
}));

export const causeOptions = titled({
  push: 'Push',
  advisory: 'Advisory',
  exception: 'Exception',
  fixed: 'Fix',
  scan: 'Scan',
  deleted: 'Deletion',
});
