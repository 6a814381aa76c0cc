import { AppError, messageOf } from '../../lib/errors.ts';
import { everySoOften } from '../../lib/every-so-often.ts';
import { isLookedThrough } from '../../store/image-states.ts';
import { type BegunJob, beginJob, endJob, reportJob } from '../../store/jobs.ts';
import { cameElsewhere, type PlacedRow, placeImages } from '../../store/placements.ts';
import { type RegistryStored, registryById } from '../../store/registries.ts';
import { settlePlacements } from '../../store/settle-placements.ts';
import type { ServerContext } from '../context.ts';
import { leaveRoom } from '../demand.ts';
import { connectRegistry } from '../registries/connect-registry.ts';
import { type DiscoveryStep, discoveryCursor, looksAt } from '../registries/discover.ts';
import { forgetMissing, forgetRepositories } from '../registries/forget-missing.ts';
import { targetOf } from '../registries/registry-target.ts';
import type { ScanJobParts } from './scan-job.ts';
import { isPassing, TryAgain } from './try-again.ts';

export type CrawlJobParts = Pick<ScanJobParts, 'context' | 'scanner'>;

const maxAttempts = 5;
/** What is looked at twice after a crash is no more than a look does in this time. */
const keepPlaceMs = 1_000;
/** While very much is asked, so much time passes between two repositories. */
const leaveMs = 500;

/** Looks through a registry, from where the last look broke off. Throws `TryAgain` when another try may do better. */
export async function runCrawlJob(id: string, parts: CrawlJobParts): Promise<void> {
  const { context } = parts;
  const job = await beginJob(context.store, id, context.now());
  if (!job || job.registry === null) return;
  const registry = await registryById(context.store, job.registry);
  if (!registry) return;
  context.events.tell({ kind: 'job', id, state: 'running' });
  try {
    const looked = await crawl(job, registry, parts);
    if (looked) await finish(job, registry, looked, context);
  } catch (error) {
    await fail(job, registry, error, context);
  }
}

interface Looked {
  readonly repositories: number;
  /** How many could not be read, and why the first could not. */
  readonly failed: number;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

/** Undefined when somebody else has the job by now. */
async function crawl(job: BegunJob, registry: RegistryStored, parts: CrawlJobParts): Promise<Looked | undefined> {
  const { context } = parts;
  const { store, seal, config, paces } = context;
  const target = targetOf(registry, seal, config.network.allow);
  const connected = await connectRegistry(target, { pace: paces.of(target) });
  const look = { registry: registry.id, connected, began: context.now() };
  let seen = { digests: new Set<string>(), tags: new Set<string>() };
  const names = new Set<string>();
  let failure: Looked['failure'];
  let [images, repositories, failed] = [0, 0, 0];
  const isDue = everySoOften(keepPlaceMs);
  let place: Place | undefined;
  try {
    const cursor = discoveryCursor.safeParse(registry.crawl_state);
    for await (const step of connected.discover(cursor.success ? cursor.data : undefined)) {
      await keepStep(step, registry, parts);
      for (const { digest, tags } of step.images) {
        seen.digests.add(digest);
        for (const tag of tags) seen.tags.add(tag);
      }
      names.add(step.repository);
      if (step.failure) failed += 1;
      failure ??= step.failure;
      images += step.images.length;
      if (step.last) {
        // Only what was listed from its first page to its last tells what is gone.
        if (step.whole) await settled(await forgetMissing(context, look, { ...step, ...seen }), context);
        seen = { digests: new Set(), tags: new Set() };
        repositories += 1;
      }
      place = { registry: registry.id, step, images, repositories };
      if (isDue() && !(await keepPlace(job, place, context))) return undefined;
      await leaveRoom(context.demand, leaveMs);
    }
    const isWanted = (repository: string) => looksAt(target, repository);
    if (!registry.crawl_state) await settled(await forgetRepositories(context, look, names, isWanted), context);
    await store.updateTable('registry').set({ crawl_state: null }).where('id', '=', registry.id).execute();
    return { repositories, failed, failure };
  } catch (error) {
    if (place) await keepPlace(job, place, context);
    throw error;
  } finally {
    await connected.close();
  }
}

async function keepStep(
  { repository, images }: DiscoveryStep,
  { id, host }: RegistryStored,
  { context, scanner }: CrawlJobParts,
): Promise<void> {
  const { store, queue, now } = context;
  const at = now();
  const rows = await placeImages(store, { registry: id, host, repository, images, at, cause: 'crawl' });
  const came = cameElsewhere(rows);
  if (came.length > 0) await settled(came, context);
  await queue.scanAll(
    rows.filter((row) => needsScan(row, scanner)).map(({ image }) => image),
    'crawl',
  );
}

/** What was never looked at, or by other catalogers; what could not be scanned is tried anew by each look. */
function needsScan({ state, scanner }: PlacedRow, current: string): boolean {
  return state === 'queued' || state === 'failed' || (isLookedThrough(state) && scanner !== current);
}

const busyMs = 250;

async function settled(images: readonly number[], { store, now }: ServerContext): Promise<void> {
  while ((await settlePlacements(store, images, now())) === 'busy')
    await new Promise((resolve) => setTimeout(resolve, busyMs));
}

/** How far a look came. */
interface Place {
  readonly registry: number;
  readonly step: DiscoveryStep;
  readonly images: number;
  readonly repositories: number;
}

/** False when somebody else has the job by now. */
async function keepPlace(
  job: BegunJob,
  { registry, step: { cursor, repository }, images, repositories }: Place,
  { store, events }: ServerContext,
): Promise<boolean> {
  const held = await store
    .updateTable('registry')
    .set({ crawl_state: JSON.stringify(cursor) })
    .where('id', '=', registry)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('job')
          .select('id')
          .where('id', '=', job.job)
          .where('attempt', '=', job.attempt)
          .where('state', '=', 'running'),
      ),
    )
    .executeTakeFirst();
  await reportJob(store, job, { detail: `${images} images in ${repositories} repositories so far; at ${repository}` });
  events.tell({ kind: 'job', id: job.job, state: 'running' });
  return held.numUpdatedRows > 0n;
}

async function finish(
  job: BegunJob,
  { id, name }: RegistryStored,
  looked: Looked,
  context: ServerContext,
): Promise<void> {
  const { store, events, now } = context;
  const at = now();
  if (!(await endJob(store, job, { state: 'done', at }))) return;
  await store
    .updateTable('registry')
    .set({ last_crawl: at, failure: failureOf(looked, at) })
    .where('id', '=', id)
    .execute();
  events.tell({ kind: 'job', id: job.job, state: 'done' });
  events.tell({ kind: 'registry', name });
}

/** What was not looked at is said beside the registry: nothing partial looks whole. */
function failureOf({ repositories, failed, failure }: Looked, at: Date): string | null {
  if (!failure) return null;
  const message = `${failed} of ${repositories} repositories could not be read. The first: ${failure.message}`;
  return JSON.stringify({ code: failure.code, message, since: at.toISOString() });
}

async function fail(job: BegunJob, registry: RegistryStored, error: unknown, context: ServerContext): Promise<void> {
  const { store, events, log, now } = context;
  const at = now();
  const failure = { code: error instanceof AppError ? error.code : 'UNEXPECTED', message: messageOf(error) };
  const mayHelp = isPassing(failure.code) && job.attempt < maxAttempts;
  if (!(await endJob(store, job, { state: mayHelp ? 'waiting' : 'failed', at, failure }))) return;
  if (mayHelp) throw new TryAgain(failure.message);
  log.warn(
    { registry: registry.name, code: failure.code, why: failure.message },
    'a registry could not be looked through',
  );
  const since = at.toISOString();
  await store
    .updateTable('registry')
    .set({ failure: JSON.stringify({ ...failure, since }), last_crawl: at })
    .where('id', '=', registry.id)
    .execute();
  events.tell({ kind: 'job', id: job.job, state: 'failed' });
  events.tell({ kind: 'registry', name: registry.name });
}
