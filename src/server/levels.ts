import { sql } from 'kysely';
import { type ArtifactKind, artifactKinds } from '../model/artifact.ts';
import type { Store } from '../store/tables.ts';
import type { Levels } from './metrics.ts';

/** Reads what metrics show of the store: three small aggregates. What no registry holds any more does not count. */
export async function readLevels(store: Store, databaseBuilt: Date, now: Date): Promise<Levels> {
  const [images, findings, jobs] = await Promise.all([
    store
      .selectFrom('image')
      .select(({ fn }) => ['state', 'artifact', fn.countAll<string>().as('count')])
      .where('gone', 'is', null)
      .groupBy(['state', 'artifact'])
      .execute(),
    sql<Record<keyof Levels['findings'], string | null>>`
      SELECT sum(critical) AS critical, sum(high) AS high, sum(medium) AS medium, sum(low) AS low,
        sum(negligible) AS negligible, sum(unknown) AS unknown, sum(fixable) AS fixable, sum(exploited) AS exploited
      FROM image_summary`.execute(store),
    store
      .selectFrom('job')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('state', '=', 'waiting')
      .executeTakeFirst(),
  ]);
  const sumOf = (rows: typeof images) => rows.reduce((total, { count }) => total + Number(count), 0);
  const ofState = (state: string) => sumOf(images.filter((row) => row.state === state));
  const found = images.filter(({ state }) => state === 'artifact');
  const [sums] = findings.rows;
  const sum = (name: keyof Levels['findings']) => Number(sums?.[name] ?? 0);
  return {
    images: {
      queued: ofState('queued'),
      scanning: ofState('scanning'),
      scanned: ofState('scanned'),
      failed: ofState('failed'),
    },
    artifacts: Object.fromEntries(
      artifactKinds.map((kind) => [kind, sumOf(found.filter(({ artifact }) => kindOf(artifact) === kind))]),
    ),
    findings: {
      critical: sum('critical'),
      high: sum('high'),
      medium: sum('medium'),
      low: sum('low'),
      negligible: sum('negligible'),
      unknown: sum('unknown'),
      fixable: sum('fixable'),
      exploited: sum('exploited'),
    },
    jobsWaiting: Number(jobs?.count ?? 0),
    databaseAgeSeconds: (now.getTime() - databaseBuilt.getTime()) / 1000,
  };
}

function kindOf(artifact: string | null): ArtifactKind {
  return artifactKinds.find((kind) => kind === artifact) ?? 'other';
}
