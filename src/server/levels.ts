import { sql } from 'kysely';
import type { Store } from '../store/tables.ts';
import type { Levels } from './metrics.ts';

/** Reads what metrics show of the store; four small aggregates. */
export async function readLevels(store: Store, databaseBuilt: Date, now: Date): Promise<Levels> {
  const [images, findings, jobs] = await Promise.all([
    store
      .selectFrom('image')
      .select(({ fn }) => ['state', fn.countAll<string>().as('count')])
      .groupBy('state')
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
  const ofState = (state: string) => Number(images.find((row) => row.state === state)?.count ?? 0);
  const [sums] = findings.rows;
  const sum = (name: keyof Levels['findings']) => Number(sums?.[name] ?? 0);
  return {
    images: {
      queued: ofState('queued'),
      scanning: ofState('scanning'),
      scanned: ofState('scanned'),
      failed: ofState('failed'),
    },
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
