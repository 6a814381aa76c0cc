import { settlePlacements } from '../store/settle-placements.ts';
import type { ServerContext } from './context.ts';

const tries = 20;
const betweenMs = 250;

/**
 * Findings follow where images lie now. While a vulnerability database is being installed it waits a little; what is left
 * over, the clock settles.
 */
export async function settlePlaces(
  { store, now, events, log }: ServerContext,
  images: readonly number[],
): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const settled = await settlePlacements(store, images, now());
    if (settled !== 'busy') {
      if (settled.gone.length + settled.returned.length === 0) return;
      const rows = await store
        .selectFrom('image')
        .select('digest')
        .where('id', 'in', [...settled.gone, ...settled.returned])
        .execute();
      for (const { digest } of rows) events.tell({ kind: 'image', digest, state: 'scanned' });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
  log.warn({ images: images.length }, 'findings of deleted images go once the vulnerability database is installed');
}
