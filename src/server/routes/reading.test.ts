import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import type { Assessment } from '../../../test/support/assessment.ts';
import { vulnerabilityFilter } from '../contract/vulnerabilities.ts';
import type { TestClient, TestServer } from '../testing/start-test-server.ts';
import { json, layer, openTwoRegistries, type TwoRegistries } from '../testing/two-registries.ts';

let estate: TwoRegistries;
let assessment: Assessment;
let server: TestServer;
let admin: TestClient;
/** Sees one of the two registries. */
let scoped: TestClient;
let mine: string;
let foreign: string;

before(async () => {
  estate = await openTwoRegistries();
  ({ assessment, server, admin, scoped, mine, foreign } = estate);
});
after(() => estate.close());

test('an image tells its layers, what its risk is made of, and what could not be judged', async () => {
  const image = await json(admin, `/images/${mine}`);
  assert.equal(image.name, 'mine.example/app:1');
  assert.deepEqual(image.locations, [{ registry: 'mine', repository: 'app', tags: ['1'] }]);
  assert.deepEqual(
    image.layers.find(({ diffID }: { diffID: string }) => diffID === layer),
    { diffID: layer, packages: 1, findings: 1 },
  );
  assert.equal(
    image.riskParts.reduce((sum: number, { points }: { points: number }) => sum + points, 0),
    image.risk,
  );
  assert.deepEqual(
    image.coverage.map(({ stream }: { stream: string }) => stream),
    ['alpine:3.18', 'npm'],
  );
});

test('packages tell where they lie and how many findings each has', async () => {
  const { items, total } = await json(admin, `/images/${mine}/packages`);
  assert.equal(total, 2);
  assert.deepEqual(
    items.map(({ name, version, counts }: { name: string; version: string; counts: { critical: number } }) => [
      name,
      version,
      counts.critical,
    ]),
    [
      ['busybox', '1.36.1-r0', 1],
      ['left', '1.6.0', 0],
    ],
  );
  assert.deepEqual(items[0].locations, [{ path: 'lib/apk/db/installed', layer }]);
  const first = await json(admin, `/images/${mine}/packages?limit=1`);
  const second = await json(admin, `/images/${mine}/packages?limit=1&cursor=${first.next}`);
  assert.deepEqual([...first.items, ...second.items], items);
  assert.equal((await json(admin, `/images/${mine}/packages?q=node_modules`)).items[0].name, 'left');
});

test('a finding tells where it lies, what brought it, and why it is one', async () => {
  const { items } = await json(admin, `/images/${mine}/findings`);
  const [worst] = items;
  assert.equal(worst.vulnerability, 'CVE-2022-0001');
  assert.deepEqual(worst.places, [{ path: 'lib/apk/db/installed', layer }]);
  assert.equal(worst.cause, 'push');
  assert.equal(worst.upgradeTo, '1.36.1-r2');
  const why = await json(admin, `/findings/${worst.id}/why`);
  assert.deepEqual(why.why[0].comparisons, ['1.36.1-r0 < 1.36.1-r2']);
  assert.equal(why.risk.score, worst.risk);
  assert.deepEqual(
    (await json(admin, '/findings')).items.filter(({ image }: { image: { digest: string } }) => image.digest === mine),
    items,
  );
});

test('a report that is made again is what a scan of the same packages gives', async () => {
  const report = await json(admin, `/images/${mine}/report`);
  assert.deepEqual(
    report.findings.map(({ id }: { id: string }) => id),
    ['CVE-2022-0001', 'CVE-2021-0001'],
  );
  const { judge } = assessment.recorder.vulnerabilities.current();
  const judged = judge(report.packages, undefined).findings;
  assert.deepEqual(report.findings, JSON.parse(JSON.stringify(judged)));
  for (const format of ['table', 'cyclonedx', 'spdx', 'sarif', 'csv', 'html', 'markdown']) {
    const answer = await admin.get(`/images/${mine}/report?format=${format}`);
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /busybox/, format);
    assert.match(String(answer.headers['content-disposition']), /attachment/);
  }
  assert.equal((await json(admin, `/images/${mine}/sbom`)).bomFormat, 'CycloneDX');
  assert.equal((await json(admin, `/images/${mine}/sbom?format=spdx`)).spdxVersion, 'SPDX-2.3');
  assert.equal((await admin.get(`/images/${mine}/report?format=word`)).statusCode, 400);
});

test('upgrades tell what goes away', async () => {
  const { items } = await json(admin, `/images/${mine}/upgrades`);
  assert.deepEqual(
    items.map(
      ({ package: of, to, removes }: { package: { name: string; version: string }; to: string; removes: string[] }) => [
        of.name,
        of.version,
        to,
        removes,
      ],
    ),
    [['busybox', '1.36.1-r0', '1.36.1-r2', ['CVE-2022-0001']]],
  );
});

test('history tells in sentences what happened', async () => {
  const { items } = await json(admin, `/images/${mine}/history`);
  const texts = items.map(({ text }: { text: string }) => text);
  assert.ok(texts.includes('mine.example/app:1 was scanned.'));
  assert.ok(texts.includes('CVE-2022-0001 in busybox 1.36.1-r0: it came with the push.'));
  assert.ok((await json(admin, '/history')).items.length >= 2);
  const lines = (await admin.get('/history/export')).body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2 * items.length - 1, 'the other image has one finding less');
});

test('the exported history goes on telling of an image that is gone, and findings do not', async () => {
  const { store } = assessment;
  const goneSince = (gone: Date | null) =>
    store.updateTable('image').set({ gone }).where('digest', '=', foreign).execute();
  const before = (await admin.get('/history/export')).body;
  await goneSince(new Date());

  const [history, findings] = [await admin.get('/history/export'), await admin.get('/findings/export')];

  await goneSince(null);
  assert.equal(history.body, before);
  assert.ok(history.body.includes(foreign));
  assert.ok(!findings.body.includes(foreign));
});

test('exports hold every finding, one a line', async () => {
  const lines = (await admin.get('/findings/export')).body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ image, vulnerability }) => [image.digest, vulnerability]).sort(),
    [
      [mine, 'CVE-2022-0001'],
      [mine, 'CVE-2021-0001'],
      [foreign, 'CVE-2022-0001'],
    ].sort(),
  );
  const csv = await admin.get('/findings/export?format=csv&severity=low');
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8');
  const rows = csv.body.trim().split('\r\n');
  assert.equal(rows.length, 2);
  assert.match(rows[0] ?? '', /^id,image,digest,vulnerability,/);
  assert.match(rows[1] ?? '', /CVE-2021-0001,Turns right,left,1\.6\.0,npm/);
});

test('what narrows vulnerabilities down narrows down the export of their findings', async () => {
  const filter = 'q=CVE&severity=low&fixable=false&exploited=false&epss=0&type=npm&type=maven';
  assert.deepEqual(
    [...new Set(new URLSearchParams(filter).keys())].sort(),
    Object.keys(vulnerabilityFilter.shape).sort(),
  );
  for (const [query, ids] of [
    ['type=npm&type=maven', ['CVE-2021-0001']],
    ['type=apk&q=CVE', ['CVE-2022-0001', 'CVE-2022-0001']],
    ['type=maven', []],
  ] as const) {
    const lines = (await admin.get(`/findings/export?${query}`)).body.split('\n').filter(Boolean);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).vulnerability),
      ids,
      query,
    );
    const listed = (await json(admin, `/vulnerabilities?${query}`)).items.map(({ id }: { id: string }) => id);
    assert.deepEqual(listed, [...new Set(ids)], query);
  }
  assert.equal((await admin.get(`/findings/export?${filter}`)).statusCode, 200);
});

test('a vulnerability is found by each of its ids, with its evidence and who has it', async () => {
  const found = await json(admin, '/vulnerabilities/CVE-2022-0001');
  assert.equal(found.images, 2);
  assert.deepEqual(found.threat.kev, { added: '2024-02-03', ransomware: true });
  assert.equal(
    found.riskParts.reduce((sum: number, { points }: { points: number }) => sum + points, 0),
    found.risk,
  );
  assert.equal((await json(admin, '/vulnerabilities/GHSA-l')).id, 'CVE-2021-0001');
  assert.equal((await json(admin, '/vulnerabilities/CVE-2022-0001/images')).items.length, 2);
  assert.equal((await admin.get('/vulnerabilities/CVE-1999-1')).statusCode, 404);
});

test('the overview counts what there is and what came', async () => {
  const seen = await json(admin, `/overview?since=2020-01-01T00:00:00Z`);
  assert.equal(seen.images.total, 2);
  assert.deepEqual([seen.findings.critical, seen.findings.low, seen.findings.exploited], [2, 1, 2]);
  assert.equal(seen.changed.appeared, 3);
  assert.equal(seen.fixFirst[0].title, 'busybox 1.36.1-r0 → 1.36.1-r2 in 2 images removes 2 findings, 2 exploited');
  assert.equal(seen.database.stale, true);
  assert.ok(seen.gaps.some(({ code }: { code: string }) => code === 'database-stale'));
});

test('what could not be seen is told the blindest first, within what the caller sees', async () => {
  const { store } = assessment;
  const codes = async (client: TestClient) =>
    (await json(client, '/overview?since=2020-01-02T00:00:00Z')).gaps.map(({ code }: { code: string }) => code);
  const failure = JSON.stringify({ code: 'REGISTRY_REFUSED', message: 'no', since: '2026-08-01T00:00:00Z' });
  await store.updateTable('registry').set({ failure }).where('name', '=', 'foreign').execute();
  await store.updateTable('registry').set({ settings: '{"pollMinutes":0}' }).where('name', '=', 'mine').execute();

  assert.deepEqual(await codes(admin), ['registries-failing', 'registries-silent', 'database-stale']);
  assert.deepEqual(await codes(scoped), ['registries-silent', 'database-stale']);
  await store.updateTable('registry').set({ failure: null, settings: '{}' }).execute();
});

test('who sees one registry meets nothing of another', async () => {
  assert.deepEqual(
    (await json(scoped, '/images')).items.map(({ digest }: { digest: string }) => digest),
    [mine],
  );
  const of = (await json(admin, `/images/${foreign}/findings`)).items[0];
  for (const path of ['', '/packages', '/findings', '/upgrades', '/history', '/sbom', '/report'])
    assert.equal((await scoped.get(`/images/${foreign}${path}`)).statusCode, 404, path);
  assert.equal((await scoped.get(`/findings/${of.id}/why`)).statusCode, 404);
  assert.equal((await json(scoped, '/vulnerabilities/CVE-2022-0001')).images, 1);
  assert.equal((await json(scoped, '/overview')).images.total, 1);
  for (const path of [
    '/images',
    '/images/facets',
    '/findings',
    '/findings/export',
    '/history',
    '/history/export',
    '/vulnerabilities/CVE-2022-0001/images',
    '/recommendations',
    '/search?q=app',
    '/search?q=foreign',
    '/overview',
    `/search?q=${foreign}`,
  ]) {
    const answer = await scoped.get(path);
    assert.equal(answer.statusCode, 200, path);
    assert.doesNotMatch(answer.body, /foreign\.example/, path);
    assert.ok(!answer.body.includes(foreign), path);
  }
});

test('how far a look through a registry came is told to those who see all of its repositories', async () => {
  const { store } = assessment;
  const registry = await store.selectFrom('registry').select('id').where('name', '=', 'mine').executeTakeFirstOrThrow();
  const detail = '9 images in 2 repositories so far; at secret/app';
  await sql`INSERT INTO job (id, kind, subject, registry, state, detail, because)
    VALUES (gen_random_uuid(), 'crawl', 'mine', ${registry.id}, 'running', ${detail}, 'asked')`.execute(store);
  const one = await server.as([{ role: 'reader', scope: { kind: 'repository', value: 'mine/app' } }]);
  const details = async () => [
    (await json(one, '/jobs?kind=crawl')).items[0].detail,
    (await json(scoped, '/jobs?kind=crawl')).items[0].detail,
  ];

  assert.deepEqual(await details(), [detail, detail]);
  await store.insertInto('repository').values({ registry: registry.id, name: 'secret/app' }).execute();
  assert.deepEqual(await details(), [undefined, detail]);
  assert.equal((await json(admin, '/jobs?kind=crawl')).items[0].detail, detail);
});

test('a recommendation gets an owner and a date, and loses them again', async () => {
  const [{ id }] = (await json(admin, '/recommendations')).items;
  const changed = await admin.send('PATCH', `/recommendations/${id}`, {
    owner: 'ada',
    due: '2030-01-02',
    status: 'doing',
  });
  assert.equal(changed.statusCode, 200, changed.body);
  assert.deepEqual([changed.json().owner, changed.json().due, changed.json().status], ['ada', '2030-01-02', 'doing']);
  assert.equal(changed.json().imageList.length, 2);
  const cleared = (await admin.send('PATCH', `/recommendations/${id}`, { owner: null, due: null })).json();
  assert.equal(cleared.owner, undefined);
  assert.equal(cleared.due, '2026-08-17', 'seven days after the first of its findings, which are critical');
  const reader = await server.as('reader');
  assert.equal((await reader.send('PATCH', `/recommendations/${id}`, { owner: 'eve' })).statusCode, 403);
});
