import { sql } from 'kysely';
import { prepared } from './prepared.ts';
import type { Store, StoreTransaction } from './tables.ts';

export type JobKind = 'scan' | 'crawl' | 'rematch' | 'backup';

export interface NewJob {
  readonly kind: JobKind;
  /** For people: an image's name, a registry's. */
  readonly subject: string;
  readonly image?: number;
  readonly registry?: number;
  readonly because: string;
}

export interface OpenedJob {
  readonly id: string;
  /** False when the same work was waiting or running already; then this is that job. */
  readonly isNew: boolean;
}

/** Makes a job, unless the same work is open: one scan of an image, one crawl of a registry at a time. */
export async function openJob(store: Store | StoreTransaction, job: NewJob): Promise<OpenedJob> {
  // Between the two statements the open one may end: then there is room for this one.
  for (;;) {
    const made = await store
      .insertInto('job')
      .values({
        kind: job.kind,
        subject: job.subject,
        image: job.image ?? null,
        registry: job.registry ?? null,
        because: job.because,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made) return { id: made.id, isNew: true };
    const open = await store
      .selectFrom('job')
      .select('id')
      .where('kind', '=', job.kind)
      .where('image', 'is not distinct from', job.image ?? null)
      .where('registry', 'is not distinct from', job.registry ?? null)
      .where('state', 'in', ['waiting', 'running'])
      .executeTakeFirst();
    if (open) return { id: open.id, isNew: false };
  }
}

export interface OpenedScan {
  readonly id: string;
  readonly image: number;
  readonly pushed: Date | null;
}

/** Makes scans of many images; those that wait or run already are left out. */
export async function openScans(
  transaction: StoreTransaction,
  images: readonly number[],
  because: string,
): Promise<readonly OpenedScan[]> {
  const { rows } = await sql<OpenedScan>`WITH made AS (
      INSERT INTO job (kind, subject, image, because)
      SELECT 'scan', name, id, ${because}::text FROM image WHERE id = ANY(${[...images]}::integer[]) ORDER BY id
      ON CONFLICT DO NOTHING RETURNING id, image)
    SELECT made.id, made.image, image.pushed FROM made JOIN image ON image.id = made.image`.execute(transaction);
  return rows;
}

/** One try at a job. Whoever holds an older attempt than the job's has lost it and must not write. */
export interface Attempt {
  readonly job: string;
  readonly attempt: number;
}

export interface BegunJob extends Attempt {
  readonly subject: string;
  readonly image: number | null;
  readonly registry: number | null;
  readonly because: string;
  /** Of its image, unless that is known to be none: it is merely looked at again, and stays what it is. */
  readonly digest: string | null;
}

/**
 * Takes a job up, also one that somebody else left lying; its image, if it has one, says that it is being scanned.
 * Undefined when there is nothing left to do.
 */
export async function beginJob(store: Store, id: string, at: Date): Promise<BegunJob | undefined> {
  const { rows } = await sql<Omit<BegunJob, 'job'>>`${prepared}
    WITH begun AS (UPDATE job SET state = 'running', attempt = attempt + 1, started = ${at}, progress = NULL, detail = NULL
        WHERE id = ${id} AND state IN ('waiting', 'running')
        RETURNING subject, image, registry, because, attempt),
      taken AS (UPDATE image SET state = 'scanning' FROM begun
        WHERE image.id = begun.image AND artifact IS NULL RETURNING digest)
    SELECT begun.*, digest FROM begun LEFT JOIN taken ON true`.execute(store);
  return rows[0] && { ...rows[0], job: id };
}

export async function reportJob(
  store: Store,
  { job, attempt }: Attempt,
  { progress, detail }: { readonly progress?: number; readonly detail?: string },
): Promise<void> {
  await store
    .updateTable('job')
    .set({ progress: progress ?? null, detail: detail ?? null })
    .where('id', '=', job)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .execute();
}

export interface JobEnd {
  readonly state: 'done' | 'failed' | 'cancelled' | 'waiting';
  readonly at: Date;
  readonly failure?: { readonly code: string; readonly message: string };
  /** It came to no try at all; that is not counted as one. */
  readonly notTried?: boolean;
}

/** Ends a try; false when the job was cancelled or taken over by somebody else, and nothing of the try may stand. */
export async function endJob(
  store: Store | StoreTransaction,
  { job, attempt }: Attempt,
  { state, at, failure, notTried }: JobEnd,
): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('job')
    .set({
      state,
      finished: state === 'waiting' ? null : at,
      failure: failure ? JSON.stringify(failure) : null,
      ...(notTried && { attempt: attempt - 1 }),
    })
    .where('id', '=', job)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Cancels what waits or runs; false when there is no such open job. */
export async function cancelJob(store: Store, id: string, at: Date): Promise<{ readonly kind: string } | undefined> {
  return store
    .updateTable('job')
    .set({ state: 'cancelled', finished: at })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .returning('kind')
    .executeTakeFirst();
}

/** Forgets ended jobs from before that time. */
export async function pruneJobs(store: Store, before: Date): Promise<void> {
  await store
    .deleteFrom('job')
    .where('state', 'in', ['done', 'failed', 'cancelled'])
    .where('finished', '<', before)
    .execute();
}
