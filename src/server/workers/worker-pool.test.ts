import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ScanErrand, ScanProgress } from './protocol.ts';
import { createWorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

const image = resolve(import.meta.dirname, '../../../docs/examples/alpine-3.10.tar.gz');

function poolFor(t: TestContext, options: Partial<WorkerPoolOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'pool-'));
  const pool = createWorkerPool({ workers: 1, memoryMb: 1000, ...options });
  t.after(async () => {
    await pool.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const errand = (reference: string, changes: Partial<ScanErrand> = {}): ScanErrand => ({
    source: { kind: 'local', reference },
    cacheDirectory: directory,
    cacheBytes: 10_000_000,
    imageMs: 60_000,
    ...changes,
  });
  return { pool, errand };
}

test('a scan answers with what the image holds, and tells how far it is', async (t) => {
  const { pool, errand } = poolFor(t);
  const seen: ScanProgress[] = [];

  const outcome = await pool.scan(errand(image), { onProgress: (progress) => seen.push(progress) });

  assert.equal(outcome.kind, 'inventory');
  assert.equal(outcome.kind === 'inventory' && outcome.inventory.os?.id, 'alpine');
  assert.ok(outcome.kind === 'inventory' && outcome.inventory.packages.length > 10);
  assert.ok(seen.some(({ kind }) => kind === 'layer'));
});

test('what is wrong with an image is an answer, and the worker goes on', async (t) => {
  const { pool, errand } = poolFor(t);

  const [first, second] = [await pool.scan(errand('/nowhere.tar')), await pool.scan(errand(image))];

  assert.equal(first.kind, 'failed');
  assert.match(first.kind === 'failed' ? first.message : '', /nowhere\.tar/);
  assert.equal(second.kind, 'inventory');
});

test('a worker that takes too much memory is ended, and the next scan has a new one', async (t) => {
  const { pool, errand } = poolFor(t, { memoryMb: 20 });

  const outcome = await pool.scan(errand(image));

  assert.deepEqual(outcome, {
    kind: 'crashed',
    code: 'LIMIT_EXCEEDED',
    message: 'it needed more than 20 MB of memory',
  });
});

test('a worker that takes too long is ended', async (t) => {
  const { pool, errand } = poolFor(t, { graceMs: 0 });

  const outcome = await pool.scan(errand(image, { imageMs: 1 }));

  assert.equal(outcome.kind, 'crashed');
  assert.equal(outcome.kind === 'crashed' && outcome.code, 'LIMIT_EXCEEDED');
});

test('a cancelled scan ends at once, whether it runs or waits', async (t) => {
  const { pool, errand } = poolFor(t);
  const stop = new AbortController();

  const scans = [pool.scan(errand(image), stop), pool.scan(errand(image), stop)];
  stop.abort();

  for (const outcome of await Promise.all(scans)) assert.equal(outcome.kind === 'crashed' && outcome.code, 'CANCELLED');
  assert.equal((await pool.scan(errand(image))).kind, 'inventory');
  assert.equal(pool.busy(), 0);
});

test('no more scans run at once than there are workers, and all are answered', async (t) => {
  const { pool, errand } = poolFor(t, { workers: 2 });

  const outcomes = await Promise.all(Array.from({ length: 5 }, () => pool.scan(errand(image))));

  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['inventory']));
});

test('a scan that somebody waits for goes before those that wait for a worker already', async (t) => {
  const { pool, errand } = poolFor(t, { workers: 1 });
  const ended: string[] = [];
  const scan = (name: string, isFirst = false) =>
    pool.scan(errand(image), { isFirst }).then(({ kind }) => ended.push(`${name}: ${kind}`));

  await Promise.all([
    scan('running'),
    scan('crawled'),
    scan('crawled later'),
    scan('pushed', true),
    scan('asked', true),
  ]);

  assert.deepEqual(
    ended,
    ['running', 'pushed', 'asked', 'crawled', 'crawled later'].map((name) => `${name}: inventory`),
  );
  assert.equal(pool.busy(), 0);
});
