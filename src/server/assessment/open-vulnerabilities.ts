import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AppError, messageOf } from '../../lib/errors.ts';
import { type Build, latestBuild } from '../../store/builds.ts';
import type { Store } from '../../store/tables.ts';
import { starterPack, unpackStarter } from '../../vulnerability/database/starter.ts';
import { openDatabase } from '../../vulnerability/database.ts';
import { createJudge, type Judge } from '../../vulnerability/judge.ts';
import { versionSchemes } from '../../vulnerability/version-schemes/index.ts';
import { dataPaths, type ServerConfig } from '../config.ts';
import type { Events } from '../events.ts';
import { fetchFile, type KeptFile, keepFile, removeOthers, storeFile } from './database-files.ts';
import { installInWorker } from './install-in-worker.ts';
import { type Installed, installDatabase } from './rematch.ts';
import type { CurrentDatabase, Vulnerabilities } from './vulnerabilities.ts';

export interface VulnerabilitiesOptions {
  readonly config: Pick<ServerConfig, 'dataDir' | 'vulnerabilityDatabase'>;
  readonly store: Store;
  /** Of the store: an installation has a connection of its own. */
  readonly url: string;
  readonly log: Logger;
  readonly now: () => Date;
  /** Told of every database that comes into force here. */
  readonly events?: Events;
  /** How often to look for a newer file or another replica's installation. */
  readonly lookMs?: number;
}

export interface OpenVulnerabilities extends Vulnerabilities {
  /** Puts a file in force, whatever its age. Undefined when it is in force already or another replica was quicker. */
  readonly install: (path: string, installedBy: string) => Promise<Installed | undefined>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the vulnerability database that is in force, on this or another replica; the first time, the one configured or
 * the starter. Afterwards the configured file (or a newer starter, after an upgrade) is put in force as soon as it
 * changes, and what another replica installed is taken over.
 */
export async function openVulnerabilities(options: VulnerabilitiesOptions): Promise<OpenVulnerabilities> {
  const { config, store, url, log, events, lookMs = 10_000 } = options;
  const folder = dataPaths(config).vulnerabilities;
  const closing = new AbortController();
  let current = await openFirst(options, folder);

  const take = async (build: Build): Promise<CurrentDatabase> => {
    const path = await fetchFile(folder, store, build);
    if (path === undefined)
      throw new AppError(
        'DATABASE_MISSING',
        `The file of vulnerability database ${build.id} is neither here nor in the store.`,
      );
    const before = current;
    current = openBuild(build.id, path);
    // Who is at work with the old one may finish.
    setTimeout(() => before.database.close(), graceMs).unref();
    events?.tell({ kind: 'database', built: current.database.built });
    await removeOthers(folder, [current.path, before.path]);
    return current;
  };
  let taking: Promise<CurrentDatabase> | undefined;
  const refresh = (): Promise<CurrentDatabase> => {
    taking ??= latestBuild(store)
      .then((latest) => (latest && latest.id !== current.build ? take(latest) : current))
      .finally(() => {
        taking = undefined;
      });
    return taking;
  };
  const installKept = async (kept: KeptFile, installedBy: string): Promise<Installed | undefined> => {
    const latest = await latestBuild(store);
    if (latest?.digest === kept.digest) return undefined;
    const before = await refresh();
    const installation = {
      before: before.path,
      expected: before.build,
      after: kept.path,
      digest: kept.digest,
      installedBy,
    };
    const installed = await installInWorker({ url, installation }, closing.signal);
    if (installed) tellOf(installed, log);
    await refresh();
    return installed;
  };
  const install = async (path: string, installedBy: string) => installKept(await keepFile(folder, path), installedBy);

  const watch = createWatch(options, folder, install);
  let looking: Promise<unknown> = Promise.resolve();
  let told = '';
  const tellTrouble = (error: string) => {
    if (closing.signal.aborted || error === told) return;
    const setting = config.vulnerabilityDatabase && { vulnerabilityDatabase: config.vulnerabilityDatabase };
    log.warn({ error, ...setting }, 'the vulnerability database could not be renewed: the one before stays in force');
    told = error;
  };
  const look = () => {
    looking = refresh()
      .then(() => watch(current))
      .then(
        () => {
          told = '';
        },
        (error: unknown) => tellTrouble(messageOf(error)),
      );
    return looking;
  };
  let timer: NodeJS.Timeout | undefined;
  const lookAgain = () => {
    timer = setTimeout(() => void look().then(() => closing.signal.aborted || lookAgain()), lookMs).unref();
  };
  void look().then(() => closing.signal.aborted || lookAgain());

  return {
    current: () => current,
    refresh,
    install,
    close: async () => {
      closing.abort();
      clearTimeout(timer);
      await looking;
    },
  };
}

const graceMs = 10 * 60_000;

/** What is in force already; else the configured file or the starter, put in force here and now. */
async function openFirst(options: VulnerabilitiesOptions, folder: string): Promise<CurrentDatabase> {
  const { config, store } = options;
  for (;;) {
    const latest = await latestBuild(store);
    const path = latest && (await fetchFile(folder, store, latest));
    if (latest && path) return openBuild(latest.id, path);
    const { source, installedBy } = sourceOf(config, folder);
    const kept = await keepFile(folder, source);
    const installation = { ...(latest && { expected: latest.id }), after: kept.path, digest: kept.digest, installedBy };
    // Alone in an empty store this takes no time; a replica that comes second takes what the first installed.
    const installed = await installDatabase(store, installation, storeFile(kept.path));
    if (installed) tellOf(installed, options.log);
  }
}

function tellOf(installed: Installed, log: Logger): void {
  log.info({ ...installed }, 'a new vulnerability database is in force');
  const { packagesUnreadable: packages } = installed;
  if (packages > 0)
    log.warn({ packages }, 'what is kept of some packages cannot be read: images that have them must be scanned again');
}

function sourceOf({ vulnerabilityDatabase }: VulnerabilitiesOptions['config'], folder: string) {
  if (vulnerabilityDatabase) return { source: vulnerabilityDatabase, installedBy: 'configuration' };
  const pack = starterPack();
  if (!pack)
    throw new AppError(
      'DATABASE_MISSING',
      'No vulnerability database came along with this installation; build one with "breakwater db build" and name it in the configuration as vulnerabilityDatabase.',
    );
  return { source: unpackStarter(pack, join(folder, 'starter')), installedBy: 'starter' };
}

/** Puts the configured file in force whenever it was replaced; the starter, when it is newer than what is in force. */
function createWatch(
  { config }: VulnerabilitiesOptions,
  folder: string,
  install: (path: string, installedBy: string) => Promise<unknown>,
): (current: CurrentDatabase) => Promise<void> {
  let seen = '';
  return async ({ database }) => {
    const configured = config.vulnerabilityDatabase;
    if (!configured && seen !== '') return;
    const { source, installedBy } = sourceOf(config, folder);
    const { mtimeMs, size, ino } = statSync(source);
    const look = `${mtimeMs} ${size} ${ino}`;
    if (look === seen) return;
    if (configured || builtOf(source) > database.built) await install(source, installedBy);
    seen = look;
  };
}

function builtOf(path: string): string {
  const database = openDatabase(path);
  database.close();
  return database.built;
}

function openBuild(build: number, path: string): CurrentDatabase {
  const database = openDatabase(path);
  return { build, path, database, judge: forgetfulJudge(() => createJudge(database, versionSchemes)) };
}

/** A judge remembers all that it looked up, for the next package of the same image; a server has thousands of images. */
function forgetfulJudge(create: () => Judge): Judge {
  const atMost = 30_000;
  let judge = create();
  let judged = 0;
  return (packages, os) => {
    if (judged > atMost) {
      judge = create();
      judged = 0;
    }
    judged += packages.length;
    return judge(packages, os);
  };
}
