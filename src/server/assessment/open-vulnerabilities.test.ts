import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { type MadeDatabase, makeDatabase } from '../../../test/support/assessment.ts';
import { flaw, npm } from '../../../test/support/judge.ts';
import { until } from '../../../test/support/until.ts';
import { openTestStore } from '../../store/testing/open-test-store.ts';
import { identify } from '../../vulnerability/identify.ts';
import type { LiveEvent } from '../contract/events.ts';
import { openVulnerabilities, type VulnerabilitiesOptions } from './open-vulnerabilities.ts';
import { recordScan } from './record-scan.ts';

const one: MadeDatabase = { feeds: { npm: [flaw('CVE-2021-0001', 'npm', 'left', { fixed: '2.0.0' })] } };
const two: MadeDatabase = {
  feeds: { npm: [...(one.feeds.npm ?? []), flaw('CVE-2022-0002', 'npm', 'left', { fixed: '3.0.0' })] },
  date: '2026-09-01',
};

/** A folder with a configured database, and replicas over one store. */
async function place(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'vulnerabilities-'));
  const opened = await openTestStore();
  const configured = join(folder, 'configured.db');
  const put = (made: MadeDatabase) => {
    makeDatabase(`${configured}.new`, made);
    renameSync(`${configured}.new`, configured);
  };
  put(one);
  const other = join(folder, 'other.db');
  makeDatabase(other, two);
  const closers: (() => Promise<unknown>)[] = [];
  const replica = async (name: string, options: Partial<VulnerabilitiesOptions> = {}) => {
    const vulnerabilities = await openVulnerabilities({
      config: { dataDir: join(folder, name), vulnerabilityDatabase: configured },
      store: opened.store,
      url: opened.url,
      log: pino({ level: 'silent' }),
      now: () => new Date(),
      ...options,
    });
    closers.push(vulnerabilities.close);
    return vulnerabilities;
  };
  t.after(async () => {
    for (const close of closers) await close();
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...opened, folder, put, replica, configured, other };
}

test('the configured file is put in force at the first start, and again whenever it is replaced', async (t) => {
  const { store, put, replica, folder } = await place(t);
  const events: LiveEvent[] = [];
  const shared = { tell: (event: LiveEvent) => void events.push(event), listen: () => () => {} };
  const vulnerabilities = await replica('a', { lookMs: 20, events: shared });
  assert.equal(vulnerabilities.current().database.built, '2026-08-01T00:00:00.000Z');
  const image = await store
    .insertInto('image')
    .values({ digest: 'sha256:1', name: 'a' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const packages = identify([npm('left', '1.0.0')], (item) => item, undefined);
  await recordScan(
    { store, vulnerabilities, now: () => new Date() },
    {
      image: image.id,
      scanned: { reference: 'a', kind: 'image', layers: [] },
      inventory: { os: undefined, packages, problems: [] },
      scanner: '1',
      because: 'push',
    },
  );

  put(two);
  await until(() => vulnerabilities.current().database.built === '2026-09-01T00:00:00.000Z');
  const builds = await store
    .selectFrom('build')
    .select(['installed_by', 'appeared', 'packages_rematched'])
    .orderBy('id')
    .execute();
  assert.deepEqual(builds, [
    { installed_by: 'configuration', appeared: 0, packages_rematched: 0 },
    { installed_by: 'configuration', appeared: 1, packages_rematched: 1 },
  ]);
  assert.deepEqual(events, [{ kind: 'database', built: '2026-09-01T00:00:00.000Z' }]);
  assert.equal(readdirSync(join(folder, 'a', 'vulnerabilities')).length, 2, 'the one before is kept for those at work');
});

test('another replica takes over what was installed, out of the store', async (t) => {
  const { replica, configured, other } = await place(t);
  const first = await replica('a', { lookMs: 60_000 });
  const second = await replica('b', { lookMs: 60_000 });
  assert.equal(second.current().build, first.current().build);
  const installed = await first.install(other, 'somebody');
  assert.equal(installed?.keysChanged, 1);
  assert.equal(await first.install(other, 'somebody'), undefined, 'it is in force');

  assert.equal((await second.refresh()).build, installed?.build);
  assert.deepEqual(second.current().database.entries('npm', 'left').length, 2);
  renameSync(other, configured);
  const third = await replica('c');
  assert.equal(third.current().build, installed?.build);
});

test('two that install at once leave one build each, and both use the same', async (t) => {
  const { store, replica, other } = await place(t);
  const replicas = await Promise.all([replica('a', { lookMs: 60_000 }), replica('b', { lookMs: 60_000 })]);
  await Promise.all(replicas.map((one) => one.install(other, 'somebody')));
  await Promise.all(replicas.map((one) => one.refresh()));
  assert.equal(replicas[0]?.current().build, replicas[1]?.current().build);
  const builds = await store.selectFrom('build').select('digest').execute();
  assert.equal(new Set(builds.map(({ digest }) => digest)).size, builds.length);
});

test('a file that is no database changes nothing', async (t) => {
  const { store, replica, configured } = await place(t);
  const vulnerabilities = await replica('a', { lookMs: 60_000 });
  const before = vulnerabilities.current();
  copyFileSync(import.meta.filename, configured);
  await assert.rejects(vulnerabilities.install(configured, 'somebody'), { code: 'DATABASE_INVALID' });
  assert.equal(vulnerabilities.current(), before);
  assert.equal((await store.selectFrom('build').selectAll().execute()).length, 1);
});

test('a configured file that is missing is told once, by the name of its setting', async (t) => {
  const { replica, configured, put } = await place(t);
  const lines: { error?: string; vulnerabilityDatabase?: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  await replica('a', { lookMs: 20, log });
  rmSync(configured);
  await until(() => lines.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(
    lines.map(({ vulnerabilityDatabase }) => vulnerabilityDatabase),
    [configured],
  );
  assert.match(lines[0]?.error ?? '', /configured\.db/);

  put(one);
  await new Promise((resolve) => setTimeout(resolve, 200));
  rmSync(configured);
  await until(() => lines.length > 1);
});

test('an installation that is stopped half-way has not happened, and is done at the next start', async (t) => {
  const { store, put, replica } = await place(t);
  await (await replica('a', { lookMs: 60_000 })).close();
  put(two);
  for (const ms of [0, 60, 120]) {
    const stopped = await replica('a', { lookMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, ms));
    await stopped.close();
    const { length } = await store.selectFrom('build').selectAll().execute();
    const parts = await store.selectFrom('build_part').select('build').distinct().execute();
    assert.equal(parts.length, length, 'a build and its file come together');
  }
  const last = await replica('a', { lookMs: 60_000 });
  await until(() => last.current().database.built === '2026-09-01T00:00:00.000Z');
  assert.equal((await store.selectFrom('build').selectAll().execute()).length, 2);
});
