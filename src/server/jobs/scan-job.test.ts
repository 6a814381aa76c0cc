import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createPace } from '../../images/registry/pace.ts';
import { type OpenVulnerabilities, openVulnerabilities } from '../assessment/open-vulnerabilities.ts';
import { openTestContext, type TestContext } from '../testing/test-context.ts';
import type { ScanOutcome } from '../workers/protocol.ts';
import { createWorkerPool, type WorkerPool } from '../workers/worker-pool.ts';
import { runScanJob, type ScanJobParts } from './scan-job.ts';

const alpine = resolve(import.meta.dirname, '../../../docs/examples/alpine-3.10.tar.gz');

describe('a scan job', () => {
  const cacheDirectory = mkdtempSync(join(tmpdir(), 'layers-'));
  let context: TestContext;
  let vulnerabilities: OpenVulnerabilities;
  let pool: WorkerPool;
  before(async () => {
    const bare = await openTestContext();
    const { config, store, databaseUrl, log, now } = bare;
    vulnerabilities = await openVulnerabilities({ config, store, url: databaseUrl, log, now });
    context = { ...bare, vulnerabilities };
    pool = createWorkerPool({ workers: 1, memoryMb: 1_000 });
  });
  after(async () => {
    await pool?.close();
    await vulnerabilities?.close();
    await context?.close();
    rmSync(cacheDirectory, { recursive: true, force: true });
  });

  let serial = 0;
  const addJob = async () => {
    serial += 1;
    const digest = `sha256:${String(serial).padStart(64, '0')}`;
    const { id: image } = await context.store
      .insertInto('image')
      .values({ digest, name: `team/app:${serial}` })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { image, job: await addJobOf(image) };
  };
  const addJobOf = async (image: number) => {
    const { id } = await context.store
      .insertInto('job')
      .values({ kind: 'scan', subject: `team/app:${serial}`, image, because: 'push' })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  };
  const rowOf = (image: number) =>
    context.store.selectFrom('image').selectAll().where('id', '=', image).executeTakeFirstOrThrow();
  const parts = (changes: Partial<ScanJobParts> = {}): ScanJobParts => ({
    context,
    pool,
    sourceOf: async () => ({ source: async () => ({ kind: 'local', reference: alpine }) }),
    scanner: 'test',
    cacheDirectory,
    ...changes,
  });
  const answering = (...outcomes: readonly ScanOutcome[]): WorkerPool => {
    const left = [...outcomes];
    return { ...pool, scan: async () => left.shift() ?? assert.fail('one scan too many') };
  };
  const crash: ScanOutcome = { kind: 'crashed', code: 'WORKER_DIED', message: 'the worker ended (SIGKILL)' };
  const stateOf = async ({ image, job }: { image: number; job: string }) => {
    const { store } = context;
    const row = await store.selectFrom('image').selectAll().where('id', '=', image).executeTakeFirstOrThrow();
    const work = await store.selectFrom('job').selectAll().where('id', '=', job).executeTakeFirstOrThrow();
    return { image: row.state, failure: row.failure, job: work.state, attempt: work.attempt, packages: row.packages };
  };

  it('turns an image into findings, and tells who looks on', async () => {
    const added = await addJob();

    await runScanJob(added.job, parts());

    const { packages, ...state } = await stateOf(added);
    assert.deepEqual(state, { image: 'scanned', failure: null, job: 'done', attempt: 1 });
    assert.ok(packages > 10);
    const counts = await context.store
      .selectFrom('image_summary')
      .selectAll()
      .where('image', '=', added.image)
      .executeTakeFirstOrThrow();
    assert.ok(counts.critical + counts.high > 0);
    const states = context.told.flatMap((event) => (event.kind === 'image' ? [event.state] : []));
    assert.deepEqual(states.slice(-2), ['scanning', 'scanned']);
  });

  it('is done once, however often it is given out', async () => {
    const added = await addJob();
    await runScanJob(added.job, parts());

    await runScanJob(added.job, parts({ pool: answering() }));

    assert.equal((await stateOf(added)).attempt, 1);
  });

  it('tries an image that took its worker along once more, then lets it stand as one that cannot be scanned', async () => {
    const added = await addJob();

    await assert.rejects(runScanJob(added.job, parts({ pool: answering(crash) })), { name: 'TryAgain' });
    assert.deepEqual(await stateOf(added).then(({ image, job }) => [image, job]), ['queued', 'waiting']);
    await runScanJob(added.job, parts({ pool: answering(crash) }));

    const { image, job, failure } = await stateOf(added);
    assert.deepEqual([image, job], ['failed', 'failed']);
    assert.deepEqual(failure, {
      code: 'WORKER_DIED',
      message: 'It could not be scanned, because the worker ended (SIGKILL).',
    });
  });

  it('waits for a registry that wants to be left alone, for as long as it says, and counts that as no try', async () => {
    const added = await addJob();
    const pace = { ...createPace(1_000), restMs: () => 5_000 };
    const found = async () => ({ source: async () => ({ kind: 'local', reference: alpine }) as const, pace });
    const limited: ScanOutcome = { kind: 'failed', code: 'RATE_LIMITED', message: 'left alone' };

    for (const _ of Array(7))
      await assert.rejects(runScanJob(added.job, parts({ sourceOf: found, pool: answering(limited) })), {
        name: 'TryAgain',
        afterMs: 5_000,
      });
    pace.restMs = () => 3_600_000;
    await assert.rejects(runScanJob(added.job, parts({ sourceOf: found, pool: answering() })), { afterMs: 3_600_000 });

    const { image, job, attempt } = await stateOf(added);
    assert.deepEqual({ image, job, attempt }, { image: 'queued', job: 'waiting', attempt: 0 });
  });

  it('waits for a registry that is away, and gives up what is at fault itself', async () => {
    const away: ScanOutcome = { kind: 'failed', code: 'REGISTRY_TIMEOUT', message: 'no answer' };
    const corrupt: ScanOutcome = { kind: 'failed', code: 'ARCHIVE_CORRUPT', message: 'the layer is cut short' };
    const added = await addJob();

    await assert.rejects(runScanJob(added.job, parts({ pool: answering(away) })), { name: 'TryAgain' });
    await runScanJob(added.job, parts({ pool: answering(corrupt) }));

    assert.equal((await stateOf(added)).job, 'failed');
  });

  it('gives up in the end when it never ends well', async () => {
    const away: ScanOutcome = { kind: 'failed', code: 'REGISTRY_TIMEOUT', message: 'no answer' };
    const added = await addJob();
    for (let tries = 1; tries < 5; tries += 1)
      await assert.rejects(runScanJob(added.job, parts({ pool: answering(away) })), { name: 'TryAgain' });

    await runScanJob(added.job, parts({ pool: answering(away) }));

    assert.deepEqual(await stateOf(added).then(({ image, job, attempt }) => [image, job, attempt]), [
      'failed',
      'failed',
      5,
    ]);
  });

  it('writes down what is no image, once, and what it is', async () => {
    const added = await addJob();
    const artifact = { kind: 'helm-chart', mediaType: 'application/vnd.cncf.helm.config.v1+json' } as const;

    await runScanJob(added.job, parts({ pool: answering({ kind: 'artifact', artifact }) }));

    const { image, failure, job } = await stateOf(added);
    assert.deepEqual([image, failure, job], ['artifact', null, 'done']);
    const row = await rowOf(added.image);
    assert.deepEqual([row.artifact, row.media_type, row.scanner], ['helm-chart', artifact.mediaType, 'test']);
    assert.deepEqual(context.told.flatMap((event) => (event.kind === 'image' ? [event.state] : [])).slice(-2), [
      'scanning',
      'artifact',
    ]);
  });

  it('leaves what is no image as it is while it is looked at again, and when that goes wrong', async () => {
    const added = await addJob();
    const artifact = { kind: 'signature', mediaType: 'application/vnd.cncf.notary.signature' } as const;
    await runScanJob(added.job, parts({ pool: answering({ kind: 'artifact', artifact }) }));
    const corrupt: ScanOutcome = { kind: 'failed', code: 'ARCHIVE_CORRUPT', message: 'it is cut short' };
    const seen: string[] = [];
    const looking: WorkerPool = {
      ...pool,
      scan: async () => {
        seen.push((await rowOf(added.image)).state);
        return corrupt;
      },
    };

    await runScanJob(await addJobOf(added.image), parts({ pool: looking }));

    assert.deepEqual([...seen, (await rowOf(added.image)).state], ['artifact', 'artifact']);
  });

  it('takes back what an earlier version saw in what is no image, and the other way round', async () => {
    const added = await addJob();
    await runScanJob(added.job, parts());
    const artifact = { kind: 'attestation', mediaType: 'application/vnd.in-toto+json' } as const;

    await runScanJob(await addJobOf(added.image), parts({ pool: answering({ kind: 'artifact', artifact }) }));
    const taken = await context.store
      .selectFrom('image_summary')
      .select(['critical', 'high', 'risk'])
      .where('image', '=', added.image)
      .executeTakeFirstOrThrow();
    assert.deepEqual(taken, { critical: 0, high: 0, risk: 0 });
    assert.equal((await rowOf(added.image)).packages, 0);

    await runScanJob(await addJobOf(added.image), parts());
    const { state, artifact: kind, packages } = await rowOf(added.image);
    assert.deepEqual([state, kind], ['scanned', null]);
    assert.ok(packages > 10);
  });

  it('leaves nothing of a try that somebody else took over', async () => {
    const added = await addJob();
    const overtaken: WorkerPool = {
      ...pool,
      scan: async (errand, options) => {
        const outcome = await pool.scan(errand, options);
        await context.store.updateTable('job').set({ attempt: 2 }).where('id', '=', added.job).execute();
        return outcome;
      },
    };

    await runScanJob(added.job, parts({ pool: overtaken }));

    const { image, job, packages } = await stateOf(added);
    assert.deepEqual([image, job, packages], ['scanning', 'running', 0]);
  });

  it('says when an image lies nowhere any more', async () => {
    const added = await addJob();

    await runScanJob(added.job, parts({ sourceOf: async () => undefined }));

    assert.match(JSON.stringify((await stateOf(added)).failure), /lies in no registry any more/);
  });

  it('ends at once when a person cancels it', async () => {
    const added = await addJob();
    const asked: AbortSignal[] = [];
    const waits: WorkerPool = {
      ...pool,
      scan: (_errand, options) =>
        new Promise((done) => {
          const { signal } = options ?? {};
          if (signal) asked.push(signal);
          signal?.addEventListener('abort', () => done({ kind: 'crashed', code: 'CANCELLED', message: 'cancelled' }));
        }),
    };
    const running = runScanJob(added.job, parts({ pool: waits }));
    while (asked.length === 0) await new Promise((resume) => setTimeout(resume, 5));

    context.events.tell({ kind: 'job', id: added.job, state: 'cancelled' });

    await running;
    assert.equal((await stateOf(added)).image, 'queued');
  });
});
