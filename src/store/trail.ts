import { sql } from 'kysely';
import { behind, type Order, type Page, type PageRequest, pageFrom, sortKeys } from './read/page.ts';
import type { Store, StoreTransaction } from './tables.ts';

export interface TrailRecord {
  readonly who: string;
  readonly address?: string | undefined;
  readonly action: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  readonly outcome: 'done' | 'refused';
}

export async function addToTrail(store: Store | StoreTransaction, record: TrailRecord): Promise<void> {
  await store
    .insertInto('trail')
    .values({
      who: record.who,
      address: record.address ?? null,
      action: record.action,
      subject: record.subject,
      detail: record.detail ? JSON.stringify(record.detail) : null,
      outcome: record.outcome,
    })
    .execute();
}

export interface TrailRow {
  readonly id: string;
  readonly at: Date;
  readonly who: string;
  readonly address: string | null;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
  readonly outcome: string;
}

export interface TrailFilter {
  /** Part of an action, a subject or a name. */
  readonly text?: string | undefined;
  readonly who?: string | undefined;
  readonly since?: Date | undefined;
}

const newestFirst: Order = { name: 'trail', keys: [{ by: sql`id`, type: 'bigint' }], direction: 'desc' };

export async function listTrail(
  store: Store,
  { text, who, since }: TrailFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<TrailRow>> {
  const rows = await store
    .selectFrom('trail')
    .select(['id', 'at', 'who', 'address', 'action', 'subject', 'detail', 'outcome'])
    .select(sortKeys(newestFirst).as('sort_keys'))
    .where(behind(newestFirst, cursor))
    .$if(text !== undefined, (query) =>
      query.where(sql<boolean>`position(lower(${text}) in lower(action || ' ' || subject || ' ' || who)) > 0`),
    )
    .$if(who !== undefined, (query) => query.where('who', '=', who ?? ''))
    .$if(since !== undefined, (query) => query.where('at', '>=', since ?? new Date(0)))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageFrom(rows, newestFirst, limit, (row) => row);
}
