import * as z from 'zod';
import * as access from '../contract/access.ts';
import * as database from '../contract/database.ts';
import * as events from '../contract/events.ts';
import * as exceptions from '../contract/exceptions.ts';
import * as images from '../contract/images.ts';
import * as jobs from '../contract/jobs.ts';
import * as overview from '../contract/overview.ts';
import * as paging from '../contract/paging.ts';
import * as recommendations from '../contract/recommendations.ts';
import * as registries from '../contract/registries.ts';
import * as scans from '../contract/scans.ts';
import * as settings from '../contract/settings.ts';
import * as severity from '../contract/severity.ts';
import * as vulnerabilities from '../contract/vulnerabilities.ts';

const contracts: readonly object[] = [
  access,
  database,
  events,
  exceptions,
  images,
  jobs,
  overview,
  paging,
  recommendations,
  registries,
  scans,
  settings,
  severity,
  vulnerabilities,
];

/** What the contract calls its shapes, for the document: `imagePage` is `ImagePage`. Single values stay where they are. */
export function schemaNames(): ReadonlyMap<unknown, string> {
  const exported = contracts.flatMap((contract) => Object.entries(contract));
  return new Map(
    exported
      .filter(([, value]) => value instanceof z.ZodObject || value instanceof z.ZodDiscriminatedUnion)
      .map(([name, value]) => [value, `${name.charAt(0).toUpperCase()}${name.slice(1)}`]),
  );
}
