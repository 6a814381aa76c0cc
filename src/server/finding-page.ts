import { readRequests } from '../store/read/finding-requests.ts';
import type { FindingRow } from '../store/read/finding-row.ts';
import type { Page } from '../store/read/page.ts';
import type { Visibility } from '../store/read/visibility.ts';
import type { Store } from '../store/tables.ts';
import type { FindingPage } from './contract/images.ts';
import { placesOf } from './scanned-image.ts';

/** A page of findings with what lies elsewhere: their places in the images, and who asked for exceptions. */
export async function toFindingPage(
  store: Store,
  { items, ...page }: Page<FindingRow>,
  visibility: Visibility,
  who: string,
): Promise<FindingPage> {
  const [places, requests] = await Promise.all([placesOf(store, items), readRequests(store, items, visibility, who)]);
  return {
    ...page,
    items: items.map(({ of, ...finding }) => {
      const request = finding.exception ? undefined : requests.get(finding.id);
      return { ...finding, places: places(of), ...(request && { request }) };
    }),
  };
}
