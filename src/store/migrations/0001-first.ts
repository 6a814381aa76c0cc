import type { Migration } from '../migration.ts';
import { components } from './0001-first/components.ts';
import { counts } from './0001-first/counts.ts';
import { decisions } from './0001-first/decisions.ts';
import { images } from './0001-first/images.ts';
import { people } from './0001-first/people.ts';
import { registries } from './0001-first/registries.ts';
import { work } from './0001-first/work.ts';

/**
 * A finding is a join: image → its components → their candidates, less what exceptions cover. A component is a package
 * version with everything that decides its findings (what the matcher reads, its owner, linked symbols, platform), so
 * equal components have equal findings in every image. No row exists per image and finding.
 */
export const first: Migration = {
  id: '0001-first',
  sql: [people, registries, images, components, decisions, counts, work].join(''),
};
