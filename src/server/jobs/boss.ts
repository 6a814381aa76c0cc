import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

/** What a job of the queue says; everything else stands in the row that people see. */
export interface QueuedWork {
  /** Row of `job`. */
  readonly job: string;
}

export const queueNames = ['scan', 'crawl', 'tick'] as const;

/** A replica that is lost stops its heartbeat. Another one takes its work up this much later, and the time between two looks. */
const heartbeatSeconds = 15;
const lookSeconds = 5;
const connections = 4;

export interface BossOptions {
  readonly url: string;
  readonly log: Logger;
  /** How long one try may take before its replica is given up, however alive it looks. */
  readonly expireSeconds: number;
}

/** The queue in the database, in a schema of its own. */
export async function startBoss({ url, log, expireSeconds }: BossOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'queue',
    max: connections,
    useListenNotify: true,
    application_name: 'breakwater-queue',
    openTelemetry: { enabled: false },
    registerInstance: false,
    superviseIntervalSeconds: lookSeconds,
    monitorIntervalSeconds: lookSeconds,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the queue met an error'));
  boss.on('warning', (warning) => log.debug({ warning }, 'the queue warns'));
  await boss.start();
  const held = { retryLimit: 5, retryDelay: 2, retryBackoff: true, retryDelayMax: 300, heartbeatSeconds };
  const kept = { retentionSeconds: 30 * 86_400, deleteAfterSeconds: 3_600, notify: true };
  await boss.createQueue('scan', { ...held, ...kept, expireInSeconds: expireSeconds });
  await boss.createQueue('crawl', { ...held, ...kept, expireInSeconds: 23 * 3_600 });
  await boss.createQueue('tick', { policy: 'singleton', retryLimit: 0, expireInSeconds: 300, deleteAfterSeconds: 600 });
  return boss;
}
