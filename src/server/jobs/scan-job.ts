import { setTimeout as wait } from 'node:timers/promises';
import { leftAlone, type RegistryPace } from '../../images/registry/pace.ts';
import { everySoOften } from '../../lib/every-so-often.ts';
import { longestWaitMs } from '../../lib/retry.ts';
import type { Artifact } from '../../model/artifact.ts';
import { leaveImage, recordArtifact, recordFailure } from '../../store/image-states.ts';
import { type BegunJob, beginJob, endJob, reportJob } from '../../store/jobs.ts';
import type { Store } from '../../store/tables.ts';
import { recordScan } from '../assessment/record-scan.ts';
import type { ServerContext } from '../context.ts';
import type { ScanOutcome, ScanProgress } from '../workers/protocol.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { FoundImage } from './image-source.ts';
import { isPassing, TryAgain } from './try-again.ts';

export interface ScanJobParts {
  readonly context: ServerContext;
  readonly pool: WorkerPool;
  /** Where an image can be pulled from; undefined when it lies nowhere any more. */
  readonly sourceOf: (image: number) => Promise<FoundImage | undefined>;
  /** Version of the catalogers: an image scanned by others is scanned anew. */
  readonly scanner: string;
  readonly cacheDirectory: string;
  /** Goes before those that wait for a worker already. */
  readonly isFirst?: boolean;
}

/** An image that took so many workers along stands as one that cannot be scanned. */
const maxCrashes = 2;
/** Most scans are over before anybody could have seen how far they are. */
const reportEveryMs = 1_000;
/** Tries of any kind, counting replicas that were lost and registries that did not answer. */
const maxAttempts = 5;

/** Scans one image and records it. Throws `TryAgain` when another try may do better. */
export async function runScanJob(id: string, parts: ScanJobParts): Promise<void> {
  const { context } = parts;
  const job = await beginJob(context.store, id, context.now());
  if (!job || job.image === null) return;
  const started = performance.now();
  context.events.tell({ kind: 'job', id, state: 'running' });
  if (job.digest !== null) context.events.tell({ kind: 'image', digest: job.digest, state: 'scanning' });
  const outcome = await scan(job, job.image, parts);
  if (outcome.kind === 'resting') await waitForRegistry(job, job.image, outcome, parts);
  else if (outcome.kind === 'inventory') await keep(job, job.image, outcome, parts, started);
  else if (outcome.kind === 'artifact') await keepArtifact(job, job.image, outcome.artifact, parts, started);
  else await giveUpOrTryAgain(job, job.image, outcome, parts, started);
}

type FailedScan = Extract<ScanOutcome, { readonly kind: 'failed' }>;

/** The registry is to be left alone for a while. */
interface Resting {
  readonly kind: 'resting';
  readonly message: string;
  readonly restMs: number;
}

async function scan(job: BegunJob, image: number, parts: ScanJobParts): Promise<ScanOutcome | Resting> {
  const { sourceOf } = parts;
  if (job.attempt > maxAttempts) return failure('WORKER_DIED', `it did not end well in ${maxAttempts} tries`);
  const found = await sourceOf(image).catch(failureOf);
  if (!found) return failure('IMAGE_NOT_FOUND', 'it lies in no registry any more');
  if ('kind' in found) return found;
  const { pace } = found;
  // A worker would only be told the same, for each of the thousands that wait.
  if (pace && pace.restMs() > longestWaitMs) return restingOf(pace, leftAlone(Date.now() + pace.restMs()).message);
  const outcome = await pull(job, found, parts).catch(failureOf);
  const isLimited = outcome.kind === 'failed' && outcome.code === 'RATE_LIMITED';
  return isLimited && pace && pace.restMs() > 0 ? restingOf(pace, outcome.message) : outcome;
}

async function pull(
  job: BegunJob,
  { source, pace }: FoundImage,
  { context, pool, cacheDirectory, isFirst = false }: ScanJobParts,
): Promise<ScanOutcome> {
  const { minutes, cacheMb } = context.config.scan;
  const errand = { source: await source(), cacheDirectory, cacheBytes: cacheMb * 1e6, imageMs: minutes * 60_000 };
  const isDue = everySoOften(reportEveryMs);
  const onProgress = (progress: ScanProgress) => {
    if (progress.kind === 'layer' && isDue()) void report(job, progress, context);
  };
  return cancellable(job.job, context, (signal) => pool.scan(errand, { signal, pace, onProgress, isFirst }));
}

function restingOf(pace: RegistryPace, message: string): Resting {
  return { kind: 'resting', message, restMs: pace.restMs() };
}

/** A person who cancels a job does not wait for its end, on whichever replica it runs. */
async function cancellable<T>(
  job: string,
  { events }: ServerContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const leave = events.listen((event) => {
    if (event.kind === 'job' && event.id === job && event.state === 'cancelled') stop.abort();
  });
  return work(stop.signal).finally(leave);
}

async function report(
  job: BegunJob,
  progress: Extract<ScanProgress, { kind: 'layer' }>,
  { store, events, log }: ServerContext,
): Promise<void> {
  const share = (progress.at - 1) / progress.of;
  events.tell({ kind: 'job', id: job.job, state: 'running', progress: share });
  await reportJob(store, job, { progress: share, detail: `layer ${progress.at} of ${progress.of}` }).catch((error) =>
    log.debug({ err: error, job: job.job }, 'the progress of a job was not written'),
  );
}

async function keep(
  job: BegunJob,
  image: number,
  { image: scanned, inventory }: Extract<ScanOutcome, { kind: 'inventory' }>,
  { context, scanner }: ScanJobParts,
  started: number,
): Promise<void> {
  const at = context.now();
  const record = { image, scanned, inventory, scanner, because: job.because };
  const result = await recordScan(context, record, (transaction) => endJob(transaction, job, { state: 'done', at }));
  if (result === 'lost') return;
  context.metrics.scan('scanned', job.because, (performance.now() - started) / 1000);
  await told(image, 'scanned', job, 'done', context);
}

const busyMs = 200;

/** A chart, a signature …: the look at it went well, and there is nothing to scan. */
async function keepArtifact(
  job: BegunJob,
  image: number,
  artifact: Artifact,
  { context, scanner }: ScanJobParts,
  started: number,
): Promise<void> {
  const at = context.now();
  const record = () =>
    recordArtifact(context.store, { image, scanner, ...artifact }, (transaction) =>
      endJob(transaction, job, { state: 'done', at }),
    );
  let result = await record();
  for (; result === 'busy'; result = await record()) await wait(busyMs);
  if (result === 'lost') return;
  context.metrics.scan('artifact', job.because, (performance.now() - started) / 1000);
  await told(image, 'artifact', job, 'done', context);
}

async function waitForRegistry(
  job: BegunJob,
  image: number,
  { message, restMs }: Resting,
  { context: { store, now } }: ScanJobParts,
): Promise<void> {
  const failure = { code: 'RATE_LIMITED', message };
  const isOurs = await endJob(store, job, { state: 'waiting', at: now(), failure, notTried: true });
  if (!isOurs) return;
  await leaveImage(store, image);
  throw new TryAgain(message, restMs);
}

async function giveUpOrTryAgain(
  job: BegunJob,
  image: number,
  { kind, code, message }: Extract<ScanOutcome, { readonly code: string }>,
  { context }: ScanJobParts,
  started: number,
): Promise<void> {
  const at = context.now();
  if (code === 'CANCELLED') {
    const state = await leaveImage(context.store, image);
    return told(image, state, job, 'cancelled', context);
  }
  const mayHelp = kind === 'crashed' ? job.attempt < maxCrashes : isPassing(code) && job.attempt < maxAttempts;
  if (mayHelp) {
    const isOurs = await endJob(context.store, job, { state: 'waiting', at, failure: { code, message } });
    if (!isOurs) return;
    await leaveImage(context.store, image);
    throw new TryAgain(message);
  }
  const failure = { code, message: `It could not be scanned, because ${message}.` };
  const isOurs = await context.store.transaction().execute(async (transaction) => {
    const held = await endJob(transaction, job, { state: 'failed', at, failure });
    if (held) await recordFailure(transaction, image, failure, at);
    return held;
  });
  if (!isOurs) return;
  context.metrics.scan('failed', job.because, (performance.now() - started) / 1000);
  context.log.warn({ job: job.job, subject: job.subject, code, why: message }, 'an image could not be scanned');
  await told(image, 'failed', job, 'failed', context);
}

async function told(
  image: number,
  state: string,
  job: BegunJob,
  jobState: string,
  { store, events }: ServerContext,
): Promise<void> {
  events.tell({ kind: 'job', id: job.job, state: jobState });
  const digest = job.digest ?? (await digestOf(store, image));
  if (digest !== undefined) events.tell({ kind: 'image', digest, state });
}

async function digestOf(store: Store, image: number): Promise<string | undefined> {
  const row = await store.selectFrom('image').select('digest').where('id', '=', image).executeTakeFirst();
  return row?.digest;
}

function failure(code: string, message: string): FailedScan {
  return { kind: 'failed', code, message };
}

function failureOf(error: unknown): FailedScan {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED';
  return failure(code, error instanceof Error ? error.message : String(error));
}
