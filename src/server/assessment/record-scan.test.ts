import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openAssessment } from '../../../test/support/assessment.ts';
import { apk, flaw, npm } from '../../../test/support/judge.ts';
import type { PackageDraft } from '../../model/package.ts';
import type { Problem } from '../../model/problem.ts';
import { closeFence } from '../../store/builds.ts';
import { checkSummaries } from '../../store/summaries.ts';
import type { Store } from '../../store/tables.ts';
import { identify } from '../../vulnerability/identify.ts';
import { recordScan } from './record-scan.ts';

const requests: PackageDraft = {
  type: 'pypi',
  name: 'requests',
  version: '2.28',
  evidence: 'installed-metadata',
  locations: [{ path: 'opt/venv/METADATA', layer: `sha256:${'a'.repeat(64)}` }],
  licenses: ['Apache-2.0'],
};
const database = {
  feeds: {
    alpine: [flaw('CVE-2022-0001', 'alpine:3.18', 'busybox', { fixed: '1.36.1-r2' }, { severity: 'critical' })],
    pypi: [flaw('CVE-2020-0001', 'pypi', 'requests', { fixed: '2.30' }, { severity: 'high', aliases: ['GHSA-x'] })],
    npm: [flaw('CVE-2021-0001', 'npm', 'left', { introduced: '1.0.0' }, { severity: 'low', title: 'Turns right' })],
  },
  facts: [
    {
      cve: 'CVE-2020-0001',
      epss: { score: 0.6, percentile: 0.99 },
      kev: { added: '2024-02-03', ransomware: true },
      exploits: { github: 2 },
    },
  ],
} as const;
const drafts = [apk('busybox', '1.36.1-r0'), requests, npm('left', '1.6.0'), npm('left', '1.6.0', 'b/package.json')];

test('a scan becomes components, candidates, flaws and a summary', async () => {
  await using opened = await openAssessment(database);
  const image = await opened.addImage('app');
  await opened.scan(image, drafts);

  const { rows } =
    await sql`SELECT component.name, version, software, flaw.name AS flaw, severity, status, fixed, upgrade_to,
      candidate.risk, cause FROM candidate JOIN component ON component.id = component JOIN flaw ON flaw.id = flaw
      ORDER BY flaw.name`.execute(opened.store);
  assert.deepEqual(rows, [
    {
      name: 'requests',
      version: '2.28',
      software: 'requests',
      flaw: 'CVE-2020-0001',
      severity: 1,
      status: 0,
      fixed: ['2.30'],
      upgrade_to: '2.30',
      risk: 90,
      cause: 'scan',
    },
    {
      name: 'left',
      version: '1.6.0',
      software: 'left',
      flaw: 'CVE-2021-0001',
      severity: 3,
      status: 1,
      fixed: [],
      upgrade_to: null,
      risk: 8,
      cause: 'scan',
    },
    {
      name: 'busybox',
      version: '1.36.1-r0',
      software: 'busybox',
      flaw: 'CVE-2022-0001',
      severity: 0,
      status: 0,
      fixed: ['1.36.1-r2'],
      upgrade_to: '1.36.1-r2',
      risk: 43,
      cause: 'scan',
    },
  ]);
  const summary = await opened.store.selectFrom('image_summary').selectAll().executeTakeFirst();
  assert.deepEqual(summary, {
    image,
    critical: 1,
    high: 1,
    medium: 0,
    low: 1,
    negligible: 0,
    unknown: 0,
    fixable: 2,
    exploited: 1,
    risk: 90,
  });
  const known = await opened.store
    .selectFrom('flaw')
    .selectAll()
    .where('name', '=', 'CVE-2020-0001')
    .executeTakeFirst();
  assert.deepEqual(
    [known?.aliases, known?.exploited, known?.ransomware, known?.exploits],
    [['GHSA-x'], '2024-02-03', true, 2],
  );
  assert.deepEqual(await checkSummaries(opened.store, false), []);
});

test('the same scan again, or twice at once, leaves what one leaves', async () => {
  await using opened = await openAssessment(database);
  const [first, second] = [await opened.addImage('a'), await opened.addImage('b')];
  await Promise.all([first, second, first, second].map((image) => opened.scan(image, drafts)));
  const before = await contents(opened.store);

  assert.deepEqual(await opened.scan(first, drafts), { changed: false });
  assert.deepEqual(await contents(opened.store), before);
  assert.equal(before.component?.length, 3);
  assert.equal(before.image_event?.length, 2);
});

test('a scan that sees more tells what appeared and what went', async () => {
  await using opened = await openAssessment(database);
  const image = await opened.addImage('app');
  await opened.scan(image, [apk('busybox', '1.36.1-r0'), requests]);
  // The same file of Python, now with an owner that is not known to be fixed: another component, no news.
  const owned = apk('py3-requests', '1-r0', 'py3-requests', ['opt/venv/METADATA']);
  await opened.scan(image, [requests, npm('left', '1.6.0'), owned], '2');

  const { rows } =
    await sql`SELECT change, flaw.name FROM image_event LEFT JOIN flaw ON flaw.id = flaw ORDER BY image_event.id`.execute(
      opened.store,
    );
  assert.deepEqual(rows, [
    { change: 'scanned', name: null },
    { change: 'appeared', name: 'CVE-2021-0001' },
    { change: 'went', name: 'CVE-2022-0001' },
  ]);
  assert.deepEqual(await checkSummaries(opened.store, false), []);
});

test('a scan counts what its page lists as left out, once, and not what is only remarked', async () => {
  await using opened = await openAssessment({
    ...database,
    endOfLife: [{ product: 'debian', cycle: '12', endOfLife: '2026-06-01', extended: '2099-01-01' }],
  });
  const problemsOf = async (drafts: readonly PackageDraft[], problems: readonly Problem[]) => {
    const image = await opened.addImage('app');
    const os = { id: 'debian', version: '12', like: [] };
    const inventory = { os, packages: identify(drafts, (item) => item, os), problems };
    const scanned = { reference: 'app', kind: 'image', layers: [] } as const;
    await recordScan(opened.recorder, { image, scanned, inventory, scanner: '1', because: 'push' });
    const row = await opened.store.selectFrom('image').select('problems').where('id', '=', image);
    return (await row.executeTakeFirstOrThrow()).problems;
  };
  const headers: PackageDraft = { ...apk('linux-headers', '6.1-r0'), files: [] };
  const unread = { code: 'file-corrupt', where: 'opt/x.jar', message: 'opt/x.jar is cut short' };

  assert.equal(await problemsOf([npm('left', '1.6.0'), headers], []), 0, 'extended support, headers of the kernel');
  assert.equal(await problemsOf([npm('left', '1.6.0')], [unread]), 1);
  assert.equal(await problemsOf([npm('left', '')], []), 1);
  const said = { code: 'version-unresolved', where: 'app/node_modules/left/package.json', message: 'Said better.' };
  assert.equal(await problemsOf([npm('left', '')], [said]), 1, 'said by who read it, and by who compares');
  assert.equal(await problemsOf([], []), 1, 'nothing found is not nothing there');
});

test('an image without findings is counted too, and one that lies nowhere is kept apart', async () => {
  await using opened = await openAssessment(database);
  const [clean, gone] = [await opened.addImage('clean'), await opened.addImage('gone')];
  await opened.store.updateTable('image').set({ gone: new Date() }).where('id', '=', gone).execute();
  await opened.scan(clean, [npm('right', '1.0.0')]);
  await opened.scan(gone, drafts);

  const held = await opened.store.selectFrom('image_components').select('image').execute();
  const past = await opened.store.selectFrom('image_components_gone').select('image').execute();
  assert.deepEqual([held, past], [[{ image: clean }], [{ image: gone }]]);
});

test('what was matched with one database is never left behind when the next is in force', async () => {
  await using opened = await openAssessment(database);
  const image = await opened.addImage('app');
  let refreshed = 0;
  const { vulnerabilities } = opened.recorder;
  const outdated = { ...vulnerabilities.current(), build: 0 };
  const recorder = {
    ...opened.recorder,
    vulnerabilities: {
      current: () => (refreshed === 0 ? outdated : vulnerabilities.current()),
      refresh: async () => {
        refreshed += 1;
        return vulnerabilities.current();
      },
    },
  };
  const scanned = { reference: 'app', kind: 'image', layers: [] } as const;
  const inventory = { os: undefined, packages: [], problems: [] };
  await opened.scan(image, drafts);
  await recordScan(recorder, { image, scanned, inventory, scanner: '1', because: 'push' });
  assert.equal(refreshed, 0, 'nothing had to be matched');

  const { identify } = await import('../../vulnerability/identify.ts');
  const packages = identify([npm('left', '1.7.0')], (item) => item, undefined);
  await recordScan(recorder, { image, scanned, inventory: { ...inventory, packages }, scanner: '1', because: 'push' });
  assert.equal(refreshed, 1);
  const builds = await opened.store.selectFrom('component').select('build').distinct().execute();
  assert.deepEqual(builds, [{ build: vulnerabilities.current().build }]);
});

test('while a database is installed, scans wait without holding a connection', async () => {
  await using opened = await openAssessment(database);
  const images = await Promise.all(Array.from({ length: 30 }, (_, at) => opened.addImage(`app-${at}`)));
  const recorded = await opened.store.transaction().execute(async (transaction) => {
    await closeFence(transaction);
    const scans = Promise.all(images.map((image) => opened.scan(image, drafts)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { rows } = await sql`SELECT count(*)::integer AS n FROM component`.execute(opened.store);
    assert.deepEqual(rows, [{ n: 0 }]);
    return { scans };
  });
  assert.equal((await recorded.scans).length, images.length);
});

test('a scan whose packages are forgotten on its way brings them again', async () => {
  await using opened = await openAssessment(database);
  await opened.scan(await opened.addImage('old'), drafts);
  const image = await opened.addImage('new');
  const recorded = await opened.store.transaction().execute(async (transaction) => {
    await closeFence(transaction);
    // It finds them all, and waits to be recorded.
    const scan = opened.scan(image, drafts);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sql`DELETE FROM component WHERE name = 'left'`.execute(transaction);
    return { scan };
  });

  assert.deepEqual(await recorded.scan, { changed: true });
  const { rows } = await sql<{ names: string[] }>`SELECT array_agg(name ORDER BY name) AS names FROM image_components
    JOIN component ON component.id = ANY(components) WHERE image = ${image}`.execute(opened.store);
  assert.deepEqual(rows[0]?.names, ['busybox', 'left', 'requests']);
});

test('a count that is wrong is found, and put right when asked to', async () => {
  await using opened = await openAssessment(database);
  const image = await opened.addImage('app');
  await opened.scan(image, drafts);
  await opened.store.updateTable('image_summary').set({ low: 7, risk: 1 }).execute();

  const [found] = await checkSummaries(opened.store, true);
  assert.deepEqual([found?.image, found?.stored.low, found?.counted.low, found?.counted.risk], [image, 7, 1, 90]);
  assert.deepEqual(await checkSummaries(opened.store, false), []);
});

/** All that a scan writes, without times. */
async function contents(store: Store) {
  const tables = [
    'component',
    'component_key',
    'candidate',
    'flaw',
    'image_components',
    'image_detail',
    'image_summary',
    'image_event',
  ];
  const entries = tables.map(async (table) => {
    const { rows } = await sql`SELECT * FROM ${sql.table(table)} AS t ORDER BY t`.execute(store);
    return [table, rows] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, readonly unknown[]>;
}
