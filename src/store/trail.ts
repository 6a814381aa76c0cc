import { sql } from 'kysely';
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
  /** Only entries before this one. */
  readonly before?: string | undefined;
}

/** Newest first. */
export async function listTrail(store: Store, filter: TrailFilter, limit: number): Promise<readonly TrailRow[]> {
  let query = store
    .selectFrom('trail')
    .select(['id', 'at', 'who', 'address', 'action', 'subject', 'detail', 'outcome'])
    .orderBy('id', 'desc')
    .limit(limit);
  const { text, who, since, before } = filter;
  if (text)
    query = query.where(sql<boolean>`position(lower(${text}) in lower(action || ' ' || subject || ' ' || who)) > 0`);
  if (who) query = query.where('who', '=', who);
  if (since) query = query.where('at', '>=', since);
  if (before) query = query.where('id', '<', before);
  return query.execute();
}
