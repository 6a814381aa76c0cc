import { sql } from 'kysely';
import { AppError } from '../lib/errors.ts';
import { settleExceptions } from './excepted.ts';
import { exceptionSeen } from './read/list-exceptions.ts';
import { globPattern } from './read/patterns.ts';
import type { Visibility } from './read/visibility.ts';
import type { Store } from './tables.ts';

export interface AskedException {
  readonly scope: object;
  readonly reason: string;
  readonly kind: string;
  readonly expires?: string | undefined;
  readonly askedBy: string;
  /** Now, when not said. */
  readonly at?: Date;
}

/** Writes a request down; it silences nothing until somebody approves it. */
export async function askException(store: Store, asked: AskedException): Promise<string> {
  const { id } = await store
    .insertInto('exception')
    .values({
      scope: JSON.stringify(asked.scope),
      reason: asked.reason,
      kind: asked.kind,
      state: 'asked',
      expires: asked.expires ?? null,
      asked_by: asked.askedBy,
      ...(asked.at && { asked_at: asked.at }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** A request that waits for a decision. */
export interface WaitingRequest {
  readonly id: string;
  readonly by: string;
}

/**
 * The same, unless a request for just that waits already which whoever asks may see: then that one is answered. What
 * was decided, taken back, or would have ended by now does not count.
 */
export async function askOnce(
  store: Store,
  asked: AskedException,
  { visibility, now }: { readonly visibility: Visibility; readonly now: Date },
): Promise<{ readonly id: string } | { readonly waiting: WaitingRequest }> {
  const scope = sql`${JSON.stringify(asked.scope)}::jsonb`;
  return store.transaction().execute(async (transaction) => {
    // Of two who ask for the same at once, one waits here, and then sees what the other wrote.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended('exception ' || ${asked.kind} || ${scope}::text, 0))`.execute(
      transaction,
    );
    const { rows } = await sql<WaitingRequest>`SELECT x.id, x.asked_by AS by FROM exception AS x
      WHERE x.state = 'asked' AND x.kind = ${asked.kind} AND x.scope = ${scope} AND (x.expires IS NULL OR x.expires > ${now})
        AND ${exceptionSeen(visibility, asked.askedBy)} ORDER BY x.asked_at, x.id LIMIT 1`.execute(transaction);
    return rows[0] ? { waiting: rows[0] } : { id: await askException(transaction, asked) };
  });
}

export interface Decision {
  readonly decision: 'approve' | 'refuse' | 'withdraw';
  readonly by: string;
  readonly note?: string | undefined;
  readonly at: Date;
}

const becomes = { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' } as const;

/** Decides about an exception, and makes findings follow, in one transaction. */
export async function decideException(store: Store, id: string, { decision, by, note, at }: Decision): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    const found = await transaction
      .selectFrom('exception')
      .select(['state', 'expires'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!found) throw new AppError('NOT_FOUND', `There is no exception ${id}.`);
    const isOpen = found.state === 'asked' || (decision === 'withdraw' && found.state === 'approved');
    if (!isOpen)
      throw new AppError('CONFLICT', `This exception is ${found.state} already; ask for a new one to change that.`);
    if (decision === 'approve' && found.expires && found.expires <= at)
      throw new AppError('CONFLICT', 'The exception would have ended already; ask for a new one with a later end.');
    await transaction
      .updateTable('exception')
      .set({
        state: becomes[decision],
        // Who let it stand, and when, is kept beyond its end.
        ...(found.state === 'approved'
          ? { ended_by: by, ended_at: at, end_note: note ?? null }
          : { decided_by: by, decided_at: at, decision_note: note ?? null }),
        ...(decision === 'approve' && { approved_at: at }),
      })
      .where('id', '=', id)
      .execute();
    if (decision !== 'refuse') await settleExceptions(transaction, [id]);
  });
}

/** Whether everything that a scope may ever cover lies within reach: it must name a place, and every such place. */
export async function isScopeWithin(
  store: Store,
  scope: { readonly registry?: string | undefined; readonly repository?: string | undefined },
  reach: Visibility,
): Promise<boolean> {
  if (reach === 'everything') return true;
  if (scope.registry === undefined && scope.repository === undefined) return false;
  const { rows } = await sql<{
    id: number;
  }>`SELECT repository.id FROM repository JOIN registry ON registry.id = repository.registry
    WHERE (${scope.registry ?? null}::text IS NULL OR registry.name = ${scope.registry ?? null})
      AND (${scope.repository ?? null}::text IS NULL OR repository.name LIKE ${globPattern(scope.repository ?? '')})`.execute(
    store,
  );
  const own = new Set(reach.repositories);
  return rows.length > 0 && rows.every(({ id }) => own.has(id));
}
