import type { Server as HttpsServer } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { AppError, messageOf } from '../lib/errors.ts';
import { version } from '../lib/version.ts';
import type { Database } from '../store/open-database.ts';
import { openStore } from '../store/open-store.ts';
import { openVulnerabilities } from './assessment/open-vulnerabilities.ts';
import { dataPaths, listenAddress, type ServerConfig } from './config.ts';
import type { ServerContext } from './context.ts';
import { createDemand } from './demand.ts';
import { createApp } from './http/app.ts';
import { startBoss } from './jobs/boss.ts';
import { createQueue } from './jobs/create-queue.ts';
import { startWork } from './jobs/start-work.ts';
import { readLevels } from './levels.ts';
import { createMetrics } from './metrics.ts';
import { addOperations } from './operations.ts';
import { startRecounting } from './recounting.ts';
import { keepConnections } from './registries/registry-connections.ts';
import { keepPaces } from './registries/registry-paces.ts';
import { checkRoom, startFailure } from './room.ts';
import { routes } from './routes/index.ts';
import { openSeal } from './seal.ts';
import { openEvents } from './shared-events.ts';
import { ensureFirstAdministrator, type FirstAdministrator } from './sign-in/first-administrator.ts';
import { keepTlsFresh, openTls } from './tls.ts';
import { createWorkerPool } from './workers/worker-pool.ts';

export interface RunningServer {
  /** Where a browser finds it. */
  readonly url: string;
  /** Set when this start made it. */
  readonly administrator: FirstAdministrator | undefined;
  /** Takes no more requests, waits for what runs as long as the configuration says, then ends all parts. */
  readonly stop: () => Promise<void>;
}

/** What has been opened so far, to be closed in the opposite order, also when the next part cannot be opened. */
class Opened {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add<T>(part: T, close: () => Promise<unknown>): T {
    this.#closers.push(close);
    return part;
  }

  async close(log: Logger): Promise<void> {
    for (const close of this.#closers.splice(0).reverse())
      await close().catch((error) => log.warn({ err: error }, 'a part of the server did not end well'));
  }
}

/** Builds and connects everything; nothing long-lived is made anywhere else. */
export async function startServer(config: ServerConfig, log: Logger): Promise<RunningServer> {
  const opened = new Opened();
  try {
    return await start(config, log, opened);
  } catch (error) {
    await opened.close(log);
    throw startFailure(error, config);
  }
}

async function start(config: ServerConfig, log: Logger, opened: Opened): Promise<RunningServer> {
  const paths = dataPaths(config);
  const { databaseUrl, dataDir } = config;
  checkRoom(config);
  const store = await openStore({ databaseUrl, dataDir, log });
  opened.add(store, store.close);
  const boss = await startBoss({ url: store.url, log, expireSeconds: scanSeconds(config) });
  opened.add(boss, () => boss.stop({ graceful: false, close: true }));
  const context = await buildContext(config, store, boss, log, opened);
  const administrator = await ensureFirstAdministrator(context, config.adminPassword);
  if (config.demo) await (await import('./demo/load-demo.ts')).loadDemo(context);
  const app = await openApp(context, opened);
  const { workers, workerMemoryMb } = config.scan;
  const pool = createWorkerPool({ workers, memoryMb: workerMemoryMb });
  opened.add(pool, pool.close);
  const connections = keepConnections(context);
  opened.add(connections, connections.close);
  const cacheDirectory = paths.layers;
  const work = await startWork({ context, boss, pool, connections, cacheDirectory, scanner: version() });
  opened.add(work, work.stop);
  const recounting = startRecounting(context);
  opened.add(recounting, recounting.stop);
  return { url: await listen(app, config), administrator, stop: () => opened.close(log) };
}

async function buildContext(
  config: ServerConfig,
  { store, url, writeTrouble }: Database,
  boss: PgBoss,
  log: Logger,
  opened: Opened,
): Promise<ServerContext> {
  const now = () => new Date();
  const events = openEvents({ url, log });
  opened.add(events, events.close);
  const vulnerabilities = await openVulnerabilities({ config, store, url, log, now, events });
  opened.add(vulnerabilities, vulnerabilities.close);
  return {
    config,
    store,
    writeTrouble,
    vulnerabilities,
    queue: createQueue(boss, store, events, now),
    events,
    seal: openSeal(config),
    log,
    metrics: createMetrics(() => readLevels(store, new Date(vulnerabilities.current().database.built), now())),
    demand: createDemand(),
    paces: keepPaces({ store, log }),
    now,
    started: now(),
  };
}

async function openApp(context: ServerContext, opened: Opened): Promise<FastifyInstance> {
  const tls = await openTls(context.config);
  const app = await createApp(context, { routes, ...(tls && { tls }) });
  addOperations(app, context);
  opened.add(app, () => app.close());
  if (tls) opened.add(tls, keepFresh(app, context));
  return app;
}

function keepFresh({ server }: FastifyInstance, { config, log }: ServerContext): () => Promise<void> {
  const stop = keepTlsFresh(server as HttpsServer, config, {
    renewed: () => log.info('the certificate was renewed'),
    failed: (error) => log.error({ err: error }, 'the certificate could not be renewed'),
  });
  return async () => stop();
}

async function listen(app: FastifyInstance, config: ServerConfig): Promise<string> {
  const { host, port } = listenAddress(config);
  const address = await app.listen({ host, port }).catch((cause: unknown) => {
    const why = `listen: the server cannot listen on ${config.listen} (${messageOf(cause)}).`;
    throw new AppError('CONFIG_INVALID', `${why} Choose another address or port, or end what listens there.`, {
      cause,
    });
  });
  return config.publicUrl ?? address;
}

/** Longest time of one try: what a scan may take that it waits for and it itself, and what recording it may. */
function scanSeconds({ scan }: ServerConfig): number {
  return Math.ceil(2 * scan.minutes * 60) + 300;
}
