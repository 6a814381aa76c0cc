import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PgBoss } from 'pg-boss';
import { pino } from 'pino';
import { until } from '../../../test/support/until.ts';
import { beginJob, endJob } from '../../store/jobs.ts';
import { openTestStore, type TestStore } from '../../store/testing/open-test-store.ts';
import type { LiveEvent } from '../contract/events.ts';
import { type QueuedWork, startBoss } from './boss.ts';
import { createQueue } from './create-queue.ts';
import { putOff } from './put-off.ts';
import type { Queue } from './queue.ts';
import { TryAgain } from './try-again.ts';

describe('the queue', () => {
  let database: TestStore;
  let boss: PgBoss;
  let queue: Queue;
  const told: LiveEvent[] = [];
  const now = () => new Date('2026-03-01T12:00:00Z');
  before(async () => {
    database = await openTestStore();
    boss = await startBoss({ url: database.url, log: pino({ level: 'silent' }), expireSeconds: 60 });
    const events = { tell: (event: LiveEvent) => void told.push(event), listen: () => () => undefined };
    queue = createQueue(boss, database.store, events, now);
  });
  after(async () => {
    await boss?.stop({ graceful: false });
    await database?.close();
  });

  let serial = 0;
  const addImage = async (pushed?: string) => {
    serial += 1;
    const digest = `sha256:${String(serial).padStart(64, '0')}`;
    const row = { digest, name: `team/app:${serial}`, pushed: pushed ?? null };
    const { id } = await database.store.insertInto('image').values(row).returning('id').executeTakeFirstOrThrow();
    return id;
  };
  const next = async () => {
    const [job] = await boss.fetch<QueuedWork>('scan', { priority: true });
    return job?.data.job;
  };

  it('asks once for what still waits, and again for what ended', async () => {
    const image = await addImage();

    const first = await queue.scan(image, 'push');
    const second = await queue.scan(image, 'push');
    assert.equal(second.job, first.job);
    assert.equal(await next(), first.job);
    const begun = await beginJob(database.store, first.job, now());
    assert.ok(begun);
    assert.equal((await queue.scan(image, 'asked')).job, first.job);
    assert.equal(await endJob(database.store, begun, { state: 'done', at: now() }), true);

    const third = await queue.scan(image, 'push');
    assert.notEqual(third.job, first.job);
    assert.equal(await next(), third.job);
    assert.equal(await next(), undefined);
  });

  it('gives work out later that has to wait, as it was, and what failed by the clock of the queue', async () => {
    const { job } = await queue.scan(await addImage(), 'push');
    const [taken] = await boss.fetch<QueuedWork>('scan', { includeMetadata: true });
    assert.ok(taken && taken.data.job === job);

    await assert.rejects(putOff(new TryAgain('away'), taken, { boss, store: database.store }), /away/);
    await putOff(new TryAgain('left alone', 1_200), taken, { boss, store: database.store });

    assert.equal(await next(), undefined);
    await until(async () => (await next()) === job);
    assert.equal(await next(), undefined);
  });

  it('gives a push before a crawl, the newest of a crawl first, and what is asked for meanwhile before the rest', async () => {
    const [old, fresh, wanted, pushed] = [
      await addImage('2020-01-01T00:00:00Z'),
      await addImage('2026-02-28T00:00:00Z'),
      await addImage('2020-01-01T00:00:00Z'),
      await addImage(),
    ];
    const jobs = new Map<string, string>();
    for (const [name, image] of Object.entries({ old, fresh, wanted }))
      jobs.set((await queue.scan(image, 'crawl')).job, name);
    jobs.set((await queue.scan(pushed, 'push')).job, 'pushed');
    await queue.scan(wanted, 'asked');

    const order = [await next(), await next(), await next(), await next()].map((job) => jobs.get(job ?? ''));

    assert.deepEqual(order, ['pushed', 'wanted', 'fresh', 'old']);
  });

  it('makes one job of many simultaneous requests', async () => {
    const image = await addImage();

    const made = await Promise.all(Array.from({ length: 20 }, () => queue.scan(image, 'push')));

    assert.equal(new Set(made.map(({ job }) => job)).size, 1);
    assert.ok(await next());
    assert.equal(await next(), undefined);
  });

  it('asks for many at once, each once, the newest first', async () => {
    const images = [await addImage('2026-02-01T00:00:00Z'), await addImage('2026-02-20T00:00:00Z'), await addImage()];
    const { job: pushed } = await queue.scan(images[2] as number, 'push');

    assert.equal(await queue.scanAll(images, 'crawl'), 2);
    assert.equal(await queue.scanAll(images, 'crawl'), 0);

    assert.equal(await next(), pushed);
    const subjects = [];
    for (let job = await next(); job; job = await next()) {
      const begun = await beginJob(database.store, job, now());
      subjects.push(begun?.image);
    }
    assert.deepEqual(subjects, [images[1], images[0]]);
  });

  it('cancels what waits, and says when there is nothing to cancel', async () => {
    const { job } = await queue.scan(await addImage(), 'push');

    assert.equal(await queue.cancel(job), true);
    assert.equal(await queue.cancel(job), false);
    assert.equal(await next(), undefined);
    assert.ok(told.some((event) => event.kind === 'job' && event.id === job && event.state === 'cancelled'));
  });

  it('lets only the last who took a job up end it', async () => {
    const { job } = await queue.scan(await addImage(), 'push');
    const lost = await beginJob(database.store, job, now());
    const taken = await beginJob(database.store, job, now());
    assert.ok(lost && taken);

    assert.equal(await endJob(database.store, lost, { state: 'done', at: now() }), false);
    assert.equal(await endJob(database.store, taken, { state: 'done', at: now() }), true);
    assert.equal(await beginJob(database.store, job, now()), undefined);
  });

  it('refuses what is not there', async () => {
    await assert.rejects(queue.scan(999_999, 'push'), { code: 'NOT_FOUND' });
    await assert.rejects(queue.crawl(999_999, 'asked'), { code: 'NOT_FOUND' });
  });
});
