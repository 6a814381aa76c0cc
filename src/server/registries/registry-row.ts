import * as z from 'zod';
import { artifactKindOf } from '../../store/read/image-row.ts';
import type { RegistryFigures, RegistryStored } from '../../store/registries.ts';
import type { RegistryRow } from '../contract/registries.ts';
import { storedSettings } from './registry-secrets.ts';

const failureShape = z.object({ code: z.string(), message: z.string(), since: z.string() });

/** What people see of a registry: everything but its secrets. */
export function registryRowOf(row: RegistryStored, figures: RegistryFigures | undefined): RegistryRow {
  const { method, username, hasCertificate, ...settings } = storedSettings(row);
  const failure = failureShape.safeParse(row.failure);
  const { known = 0, scanned = 0, failed = 0, queued = 0, repositories = 0, artifacts = [], last_push } = figures ?? {};
  return {
    ...settings,
    name: row.name,
    kind: row.kind,
    host: row.host,
    signIn: { method, ...(username !== undefined && { username }) },
    hasCertificate,
    images: { known, scanned, failed, queued },
    artifacts: artifacts.map(({ kind, count }) => ({ kind: artifactKindOf(kind), count })),
    repositoriesKnown: repositories,
    ...(last_push && { lastPush: last_push.toISOString() }),
    ...(row.last_crawl && { lastCrawl: row.last_crawl.toISOString() }),
    ...(failure.success && { failure: failure.data }),
    notificationPath: notificationPath(row.name),
    created: row.created.toISOString(),
  };
}

export function notificationPath(name: string): string {
  return `/api/v1/notifications/${name}`;
}
