import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { makeDatabase, openAssessment } from '../../../test/support/assessment.ts';
import { flaw, npm } from '../../../test/support/judge.ts';
import { identify } from '../../vulnerability/identify.ts';
import { recordScan } from '../assessment/record-scan.ts';
import { followCalendar } from './follow-calendar.ts';

const dayMs = 86_400_000;
const today = Date.now();
const daysFromNow = (days: number) => new Date(today + days * dayMs).toISOString().slice(0, 10);
/** Of Debian the last day of its long-term support, of others the day from which on support is sold. */
const knowing = (end: string | boolean, product = 'debian') => ({
  feeds: { npm: [flaw('CVE-2020-0001', 'npm', 'left', { fixed: '1.0.0' })] },
  endOfLife: [
    product === 'debian'
      ? { product, cycle: '12', endOfLife: daysFromNow(-100), extended: end }
      : { product, cycle: '12', endOfLife: end, extended: daysFromNow(1_000) },
  ],
});

async function open(t: TestContext, endOfLife: string | boolean, product?: string) {
  const opened = await openAssessment(knowing(endOfLife, product));
  t.after(opened.close);
  const { store, addImage, use, directory } = opened;
  const recorder = { ...opened.recorder, now: () => new Date(today) };
  const { vulnerabilities } = recorder;
  const told: string[] = [];
  const events = { tell: ({ kind }: { kind: string }) => told.push(kind), listen: () => () => {} };
  const log = pino({ level: 'silent' });
  const scan = async (os: { id: string; version?: string } | undefined) => {
    const image = await addImage('app');
    const packages = identify([npm('left', '1.0.0')], (item) => item, undefined);
    const inventory = { os: os && { ...os, like: [] }, packages, problems: [] };
    const scanned = { reference: 'app', kind: 'image', layers: [] } as const;
    await recordScan(recorder, { image, scanned, inventory, scanner: '1', because: 'push' });
    return image;
  };
  const rows = () => store.selectFrom('image').select(['id', 'end_of_life', 'problems']).orderBy('id').execute();
  const follow = async (days: number) => {
    await followCalendar({ store, vulnerabilities, events, log, now: () => new Date(today + days * dayMs) });
    return (await rows()).map(({ end_of_life, problems }) => [end_of_life, problems]);
  };
  const replaceDatabase = (of: string | boolean) => {
    const path = join(directory, 'other.db');
    makeDatabase(path, knowing(of, product));
    use(vulnerabilities.current().build + 1, path);
  };
  return { scan, follow, replaceDatabase, told, store };
}

test('images say that their system is past its end of life from that day on, without a scan', async (t) => {
  const { scan, follow, told } = await open(t, daysFromNow(3));
  for (const os of [{ id: 'debian', version: '12' }, { id: 'debian', version: '13' }, undefined]) await scan(os);

  const others = [null, 0];
  const before = [[false, 0], others, others];
  assert.deepEqual(await follow(0), before);
  assert.deepEqual(await follow(2), before);
  assert.deepEqual(told, []);

  assert.deepEqual(await follow(3), [[true, 0], others, others], 'which leaves nothing out of a scan');
  assert.deepEqual(told, ['database'], 'whoever looks on is told once');
  await follow(4);
  assert.equal(told.length, 1);
});

test('a vulnerability database that knows another day is followed in the same hour', async (t) => {
  const { scan, follow, replaceDatabase } = await open(t, daysFromNow(-1));
  await scan({ id: 'debian', version: '12' });
  assert.deepEqual(await follow(0), [[true, 0]], 'as the scan said');

  replaceDatabase(daysFromNow(30));
  assert.deepEqual(await follow(0), [[false, 0]]);
});

test('a release whose further advisories are published elsewhere leaves something out from then on', async (t) => {
  const { scan, follow, replaceDatabase } = await open(t, daysFromNow(3), 'oracle-linux');
  await scan({ id: 'ol', version: '12' });

  assert.deepEqual(await follow(2), [[false, 0]]);
  assert.deepEqual(await follow(3), [[true, 1]]);
  assert.deepEqual(await follow(4), [[true, 1]], 'counted once');
  replaceDatabase(daysFromNow(30));
  assert.deepEqual(await follow(4), [[false, 0]]);
});

test('what is no image any more, or was never scanned, has no end of life', async (t) => {
  const { scan, follow, store } = await open(t, daysFromNow(1));
  await scan({ id: 'debian', version: '12' });
  await store.updateTable('image').set({ os: null, state: 'artifact', end_of_life: null }).execute();

  assert.deepEqual(await follow(9), [[null, 0]]);
});

test('many images follow in one go, and once an hour is enough', async (t) => {
  const { scan, follow, store } = await open(t, daysFromNow(1));
  await scan({ id: 'debian', version: '12' });
  const digests = Array.from({ length: 2_500 }, (_, at) => ({ digest: `sha256:${at}`, name: 'app', os: 'debian 12' }));
  await store
    .insertInto('image')
    .values(digests.map((row) => ({ ...row, release: 'debian/12', end_of_life: false })))
    .execute();

  const all = await follow(1);
  assert.ok(all.length === 2_501 && all.every(([over]) => over));

  await store.updateTable('image').set({ end_of_life: false }).execute();
  assert.ok((await follow(1)).every(([over]) => !over));
  assert.ok((await follow(1 + 1 / 24)).every(([over]) => over));
});
