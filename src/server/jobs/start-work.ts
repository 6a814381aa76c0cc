import { setTimeout as wait } from 'node:timers/promises';
import type { PgBoss } from 'pg-boss';
import type { ServerContext } from '../context.ts';
import type { RegistryConnections } from '../registries/registry-connections.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { QueuedWork } from './boss.ts';
import { runCrawlJob } from './crawl-job.ts';
import { sourceOf } from './image-source.ts';
import { runScanJob, type ScanJobParts } from './scan-job.ts';
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
const pollSeconds = 2;

/** Begins to take up what waits. */
export async function startWork({ context, boss, pool, connections, ...rest }: WorkParts): Promise<Work> {
  const { store, config } = context;
  const running = new Set<Promise<unknown>>();
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const parts: ScanJobParts = { ...rest, context, pool, sourceOf: (image) => sourceOf(image, store, connections) };
  const usual = { pollingIntervalSeconds: pollSeconds, heartbeatRefreshSeconds: 5 };
  if (config.scan.workers > 0)
    await boss.work<QueuedWork>(
      'scan',
      { ...usual, localConcurrency: config.scan.workers, priority: true, burstWhenBatchFull: true },
      async ([job]) => job && tracked(runScanJob(job.data.job, parts)),
    );
  await boss.work<QueuedWork>(
    'crawl',
    { ...usual, localConcurrency: crawlsAtOnce },
    async ([job]) => job && tracked(runCrawlJob(job.data.job, parts)),
  );
  await boss.work('tick', { pollingIntervalSeconds: 10 }, () => tracked(runTick(context)));
  await boss.schedule('tick', '* * * * *');
  return {
    stop: async () => {
      await Promise.all(['scan', 'crawl', 'tick'].map((name) => boss.offWork(name, { wait: false })));
      await Promise.race([Promise.allSettled(running), wait(config.shutdownSeconds * 1000, undefined, { ref: false })]);
    },
  };
}
