import { type RawBuilder, sql } from 'kysely';
import type { Store, StoreTransaction } from '../tables.ts';
import { imagesOfReach } from './images-of-reach.ts';

/** The day that the database is in. */
export const today = sql<string>`(now() AT TIME ZONE 'UTC')::date`;

/** A day's last count is its count. Of the day that the database is in, or of the one that `at` lies in. */
export async function writeDay(store: Store | StoreTransaction, at?: Date): Promise<void> {
  const day = at ? sql<string>`(${at}::timestamptz AT TIME ZONE 'UTC')::date` : today;
  await sql`INSERT INTO day_summary (day, counts) SELECT ${day}, ${counts} FROM ${images}
    ON CONFLICT (day) DO UPDATE SET counts = excluded.counts`.execute(store);
}

/** Today's, of what one reach sees. */
export async function writeReachDay(store: Store | StoreTransaction, reach: number): Promise<void> {
  await sql`INSERT INTO reach_day AS old (reach, day, counts)
    SELECT ${reach}::int, ${today}, ${counts} FROM ${images} AND image.id IN (${imagesOfReach(reach)})
    ON CONFLICT (reach, day) DO UPDATE SET counts = excluded.counts WHERE old.counts <> excluded.counts`.execute(store);
}

const counts: RawBuilder<unknown> = sql`jsonb_build_object('critical', coalesce(sum(critical), 0), 'high', coalesce(sum(high), 0),
      'medium', coalesce(sum(medium), 0), 'low', coalesce(sum(low), 0), 'negligible', coalesce(sum(negligible), 0),
      'unknown', coalesce(sum(unknown), 0), 'fixable', coalesce(sum(fixable), 0), 'exploited', coalesce(sum(exploited), 0))`;

const images: RawBuilder<unknown> = sql`image_summary JOIN image ON image.id = image_summary.image WHERE gone IS NULL`;
