import { spelledLike } from '../output/upgrades.ts';
import type { ReadUpdate } from '../store/read/list-recommendations.ts';
import type { RecommendationRow } from './contract/recommendations.ts';

/** An update as a person reads it. */
export function recommendationRow(update: ReadUpdate): RecommendationRow {
  const { critical, high, medium, low, negligible, unknown, exploited } = update;
  const removes = critical + high + medium + low + negligible + unknown;
  const [from = ''] = update.versions;
  const to = spelledLike(from, update.target);
  return {
    id: update.key,
    package: { name: update.software, type: update.type, ...(update.stream && { stream: update.stream }) },
    from: update.versions,
    to,
    title: titleOf(update.software, update.versions, to, update.images, removes, exploited),
    images: update.images,
    removes,
    flaws: update.flaws,
    counts: { critical, high, medium, low, negligible, unknown, fixable: removes, exploited },
    risk: update.risk,
    ...(update.owner && { owner: update.owner }),
    ...(update.due && { due: update.due }),
    overdue: update.overdue ?? false,
    status: update.status,
    ...(update.changed && { changed: update.changed.toISOString() }),
  };
}

/** "openssl 3.0.11 → 3.0.15 in 42 images removes 9 findings, 2 exploited" */
function titleOf(
  software: string,
  [first = '', ...others]: readonly string[],
  to: string,
  images: number,
  removes: number,
  exploited: number,
): string {
  const from = others.length > 0 ? `${first} and ${others.length} more` : first;
  const reach = `in ${counted(images, 'image')} removes ${counted(removes, 'finding')}`;
  return `${software} ${from} → ${to} ${reach}${exploited > 0 ? `, ${exploited} exploited` : ''}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
