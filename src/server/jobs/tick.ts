import { expireExceptions } from '../../store/excepted.ts';
import { pruneJobs } from '../../store/jobs.ts';
import { forgetDeliveries } from '../../store/notifications.ts';
import { forgetRequests, requestsKeptMs } from '../../store/repeatable-requests.ts';
import { settlePlacements } from '../../store/settle-placements.ts';
import type { ServerContext } from '../context.ts';
import { deliveriesKeptMs } from '../notifications/receive.ts';
import { storedSettings } from '../registries/registry-secrets.ts';
import { readSettings } from '../settings.ts';
import { tidySignIns } from '../sign-in/tidy-sign-ins.ts';
import { followCalendar } from './follow-calendar.ts';
import { tidyHistory } from './tidy-history.ts';

const dayMs = 86_400_000;
const jobsKeptMs = 30 * dayMs;

/** What is due by the clock; run once a minute by one replica. Each part does its work whatever becomes of the others. */
export async function runTick(context: ServerContext): Promise<void> {
  const parts: readonly (readonly [string, (context: ServerContext) => Promise<void>])[] = [
    ['registries', pollRegistries],
    ['jobs', pruneEndedJobs],
    ['notifications', pruneNotifications],
    ['placements', settleLeftovers],
    ['sign-ins', tidySignIns],
    ['repeatable requests', pruneRequests],
    ['exceptions', endExceptions],
    ['history', tidyHistory],
    ['end of life', followCalendar],
  ];
  for (const [name, run] of parts)
    await run(context).catch((error) =>
      context.log.error({ err: error, part: name }, 'what was due could not be done'),
    );
}

/** Registries whose last look is so long ago that nothing may have told of changes since. */
async function pollRegistries({ store, queue, now }: ServerContext): Promise<void> {
  const rows = await store.selectFrom('registry').select(['id', 'settings', 'last_crawl']).execute();
  for (const row of rows) {
    const { pollMinutes } = storedSettings(row);
    const due = (row.last_crawl?.getTime() ?? 0) + pollMinutes * 60_000;
    if (pollMinutes > 0 && due <= now().getTime()) await queue.crawl(row.id, 'schedule');
  }
}

/** A job's end is no history that lasts: the image tells what became of it. */
async function pruneEndedJobs({ store, now }: ServerContext): Promise<void> {
  const { historyDays } = await readSettings(store);
  await pruneJobs(store, new Date(now().getTime() - Math.min(jobsKeptMs, historyDays * dayMs)));
}

/** What an exception covered counts again from its last day on. */
async function endExceptions({ store, events, now }: ServerContext): Promise<void> {
  for (const id of await expireExceptions(store, now())) events.tell({ kind: 'exception', id });
}

async function pruneNotifications({ store, now }: ServerContext): Promise<void> {
  await forgetDeliveries(store, new Date(now().getTime() - deliveriesKeptMs));
}

async function pruneRequests({ store, now }: ServerContext): Promise<void> {
  await forgetRequests(store, new Date(now().getTime() - requestsKeptMs));
}

/** Images whose place changed while a vulnerability database was being installed; when one still is, the next time. */
async function settleLeftovers({ store, now }: ServerContext): Promise<void> {
  await settlePlacements(store, 'all', now());
}
