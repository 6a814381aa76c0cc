import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openTestStore } from '../../store/testing/open-test-store.ts';
import { type ServerConfig, serverConfig } from '../config.ts';
import type { ServerContext } from '../context.ts';
import type { LiveEvent } from '../contract/events.ts';
import { createDemand } from '../demand.ts';
import type { Events } from '../events.ts';
import type { Queue } from '../jobs/queue.ts';
import { createMetrics } from '../metrics.ts';
import { keepPaces } from '../registries/registry-paces.ts';
import { openSeal } from '../seal.ts';

export interface TestContext extends ServerContext {
  /** What was told so far. */
  readonly told: readonly LiveEvent[];
  readonly asked: readonly { readonly what: string; readonly of: number | string; readonly because: string }[];
  readonly databaseUrl: string;
  readonly close: () => Promise<void>;
}

export interface TestContextOptions {
  readonly config?: Partial<ServerConfig>;
  /** Real parts in the place of the recording ones. */
  readonly parts?: Partial<Omit<ServerContext, 'config'>>;
}

/** A server's context over a fresh store. What is not given is recorded instead of done. */
export async function openTestContext({ config, parts }: TestContextOptions = {}): Promise<TestContext> {
  const dataDir = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  const database = await openTestStore();
  const told: LiveEvent[] = [];
  const asked: { what: string; of: number | string; because: string }[] = [];
  const log = pino({ level: 'silent' });
  return {
    config: { ...serverConfig.parse({ dataDir }), ...config },
    store: database.store,
    writeTrouble: async () => undefined,
    vulnerabilities: { current: noDatabase, refresh: async () => noDatabase() },
    queue: recordingQueue(asked),
    events: recordingEvents(told),
    metrics: createMetrics(async () => undefined),
    demand: createDemand(),
    paces: keepPaces({ store: database.store, log }),
    seal: openSeal({ dataDir }),
    log,
    now: () => new Date(),
    started: new Date(),
    ...parts,
    told,
    asked,
    databaseUrl: database.url,
    close: async () => {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function noDatabase(): never {
  throw new Error('This test has no vulnerability database; hand one in.');
}

function recordingEvents(told: LiveEvent[]): Events {
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    tell: (event) => {
      told.push(event);
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function recordingQueue(asked: { what: string; of: number | string; because: string }[]): Queue {
  const job = '00000000-0000-4000-8000-000000000000';
  return {
    scan: async (of, because) => {
      asked.push({ what: 'scan', of, because });
      return { job };
    },
    scanAll: async (images, because) => {
      for (const of of images) asked.push({ what: 'scan', of, because });
      return images.length;
    },
    crawl: async (of, because) => {
      asked.push({ what: 'crawl', of, because });
      return { job };
    },
    cancel: async (of) => {
      asked.push({ what: 'cancel', of, because: '' });
      return true;
    },
  };
}
