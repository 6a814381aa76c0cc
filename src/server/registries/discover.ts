import * as z from 'zod';
import type { ListedImage } from '../../images/registry-connector.ts';

/** Where a look through a registry goes on; stored in `registry.crawl_state`. */
export const discoveryCursor = z.object({
  /** Page of the catalogue; absent for its first. */
  catalogue: z.string().max(4_000).optional(),
  /** Last repository of that page that was done with. */
  after: z.string().max(1_000).optional(),
  /** Page of images of the repository after that. */
  images: z.string().max(4_000).optional(),
});

export type DiscoveryCursor = z.infer<typeof discoveryCursor>;

export interface DiscoveryStep {
  readonly repository: string;
  /** Images of this page that the filters let through; may be none. */
  readonly images: readonly ListedImage[];
  /** The last page of this repository. */
  readonly last: boolean;
  /** The repository was listed from its first page: with `last`, an image that no page had is gone. */
  readonly whole: boolean;
  /** Where to go on after this step; store it once the step's images are stored. */
  readonly cursor: DiscoveryCursor;
}
