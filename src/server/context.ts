import type { Logger } from 'pino';
import type { Store } from '../store/tables.ts';
import type { Vulnerabilities } from './assessment/vulnerabilities.ts';
import type { ServerConfig } from './config.ts';
import type { Demand } from './demand.ts';
import type { Events } from './events.ts';
import type { Queue } from './jobs/queue.ts';
import type { Metrics } from './metrics.ts';
import type { RegistryPaces } from './registries/registry-paces.ts';
import type { Seal } from './seal.ts';

/** Everything long-lived that routes and jobs are handed; built in `main.ts`, nowhere else. */
export interface ServerContext {
  readonly config: ServerConfig;
  readonly store: Store;
  /** Why the store takes no writes now, with the next step. */
  readonly writeTrouble: () => Promise<string | undefined>;
  /** The vulnerability database in use, and what judges with it. */
  readonly vulnerabilities: Vulnerabilities;
  readonly queue: Queue;
  readonly events: Events;
  /** Encrypts what must not lie in the database in the clear. */
  readonly seal: Seal;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly demand: Demand;
  readonly paces: RegistryPaces;
  readonly now: () => Date;
  readonly started: Date;
}
