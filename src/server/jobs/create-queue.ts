import type { PgBoss } from 'pg-boss';
import { fromKysely } from 'pg-boss';
import { AppError } from '../../lib/errors.ts';
import { cancelJob, type NewJob, openJob, openScans } from '../../store/jobs.ts';
import type { Store } from '../../store/tables.ts';
import type { Events } from '../events.ts';
import type { QueuedWork } from './boss.ts';
import type { Queue, ScanReason } from './queue.ts';

/** Higher goes first. */
const priorities: Readonly<Record<ScanReason, number>> = { push: 300, asked: 200, upload: 200, crawl: 0 };
const newestCrawled = 100;
const dayMs = 86_400_000;

/** Somebody waits for work of this priority and above: a push, or who asked. */
export const leastWaitedFor = newestCrawled + 1;

export function isWaitedFor(priority: number): boolean {
  return priority >= leastWaitedFor;
}

/** The job people see and the work that waits are made in one transaction: neither is ever there alone. */
export function createQueue(boss: PgBoss, store: Store, events: Events, now: () => Date): Queue {
  const add = async (job: NewJob, name: 'scan' | 'crawl', priority: number) => {
    const opened = await store.transaction().execute(async (transaction) => {
      const made = await openJob(transaction, job);
      const work: QueuedWork = { job: made.id };
      const db = fromKysely(transaction);
      if (made.isNew) await boss.send(name, work, { id: made.id, priority, db });
      // What waits for its turn among thousands is wanted now.
      else if (isWaitedFor(priority)) await boss.update(name, undefined, { id: made.id, priority, db });
      return made;
    });
    if (opened.isNew) events.tell({ kind: 'job', id: opened.id, state: 'waiting' });
    return { job: opened.id };
  };
  return {
    scan: async (image, because) => {
      const row = await store.selectFrom('image').select(['name', 'pushed']).where('id', '=', image).executeTakeFirst();
      if (!row) throw new AppError('NOT_FOUND', 'This image is not known.');
      const priority = because === 'crawl' ? freshness(row.pushed, now()) : priorities[because];
      return add({ kind: 'scan', subject: row.name, image, because }, 'scan', priority);
    },
    scanAll: async (images, because) => {
      const opened = await store.transaction().execute(async (transaction) => {
        const scans = await openScans(transaction, images, because);
        const jobs = scans.map(({ id, pushed }) => {
          const work: QueuedWork = { job: id };
          return { id, data: work, priority: because === 'crawl' ? freshness(pushed, now()) : priorities[because] };
        });
        if (jobs.length > 0) await boss.insert('scan', jobs, { db: fromKysely(transaction) });
        return scans;
      });
      for (const { id } of opened) events.tell({ kind: 'job', id, state: 'waiting' });
      return opened.length;
    },
    crawl: async (registry, because) => {
      const row = await store.selectFrom('registry').select('name').where('id', '=', registry).executeTakeFirst();
      if (!row) throw new AppError('NOT_FOUND', 'This registry is not known.');
      return add({ kind: 'crawl', subject: row.name, registry, because }, 'crawl', because === 'asked' ? 10 : 0);
    },
    cancel: async (job) => {
      const ended = await cancelJob(store, job, now());
      if (!ended) return false;
      await boss.cancel(ended.kind, job);
      events.tell({ kind: 'job', id: job, state: 'cancelled' });
      return true;
    },
  };
}

/** Newest first: a point less for each day, down to those of a hundred days. */
function freshness(pushed: Date | null, now: Date): number {
  if (!pushed) return 0;
  return Math.max(0, newestCrawled - Math.floor((now.getTime() - pushed.getTime()) / dayMs));
}
