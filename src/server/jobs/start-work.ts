import { setTimeout as wait } from 'node:timers/promises';
import type { PgBoss } from 'pg-boss';
import type { ServerContext } from '../context.ts';
import { leaveRoom } from '../demand.ts';
import type { RegistryConnections } from '../registries/registry-connections.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { QueuedWork } from './boss.ts';
import { runCrawlJob } from './crawl-job.ts';
import { isWaitedFor, leastWaitedFor } from './create-queue.ts';
import { sourceOf } from './image-source.ts';
import { putOff } from './put-off.ts';
import { runScanJob } from './scan-job.ts';
import { runTick } from './tick.ts';

export interface WorkParts {
  readonly context: ServerContext;
  readonly boss: PgBoss;
  readonly pool: WorkerPool;
  readonly connections: RegistryConnections;
  readonly cacheDirectory: string;
  /** Version of the catalogers. */
  readonly scanner: string;
}

export interface Work {
  /** Takes nothing up any more and waits for what runs, as long as the configuration says. */
  readonly stop: () => Promise<void>;
}

const crawlsAtOnce = 2;
/** While the database notifies, a look now and then is for what was missed. */
const looking = {
  pollingIntervalSeconds: 2,
  notifyPollingIntervalSeconds: 10,
  heartbeatRefreshSeconds: 5,
  includeMetadata: true,
} as const;

/** While very much is asked, each scan that nobody waits for lets so much time pass before it begins. */
const leaveMs = 3_000;

/** Begins to take up what waits. */
export async function startWork({ context, boss, pool, connections, ...rest }: WorkParts): Promise<Work> {
  const { store, config } = context;
  const running = new Set<Promise<unknown>>();
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const parts = { ...rest, context, pool, sourceOf: (image: number) => sourceOf(image, store, connections) };
  const take = async (
    name: 'scan' | 'crawl',
    { atOnce, minPriority }: { readonly atOnce: number; readonly minPriority?: number },
    run: (job: string, priority: number) => Promise<void>,
  ) => {
    const look = { ...looking, ...(minPriority !== undefined && { minPriority }) };
    for (let at = 0; at < atOnce; at += 1) {
      const worker: string = await boss.work<QueuedWork, void, typeof look>(name, look, async ([job]) => {
        if (job) await tracked(run(job.data.job, job.priority).catch((error) => putOff(error, job, { boss, store })));
        // Where one job waited there may be another: it would else be looked for at the next notification.
        boss.notifyWorker(worker);
      });
    }
  };
  const scan = async (job: string, priority: number) => {
    const isFirst = isWaitedFor(priority);
    if (!isFirst) await leaveRoom(context.demand, leaveMs);
    await runScanJob(job, { ...parts, isFirst });
  };
  // While what one worker found is written down, it reads the next image.
  await take('scan', { atOnce: config.scan.workers + 1 }, scan);
  // Of many that nobody waits for none is taken up by this one: the next worker that is free is for whom somebody waits.
  await take('scan', { atOnce: 1, minPriority: leastWaitedFor }, scan);
  await take('crawl', { atOnce: crawlsAtOnce }, (job) => runCrawlJob(job, parts));
  await boss.work('tick', { pollingIntervalSeconds: 10 }, () => tracked(runTick(context)));
  await boss.schedule('tick', '* * * * *');
  return {
    stop: async () => {
      await Promise.all(['scan', 'crawl', 'tick'].map((name) => boss.offWork(name, { wait: false })));
      await Promise.race([Promise.allSettled(running), wait(config.shutdownSeconds * 1000, undefined, { ref: false })]);
    },
  };
}
