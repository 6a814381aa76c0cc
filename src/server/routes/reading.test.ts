import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { type Assessment, openAssessment } from '../../../test/support/assessment.ts';
import { apk, flaw, npm } from '../../../test/support/judge.ts';
import { recount } from '../../store/recount.ts';
import { startTestServer, type TestClient, type TestServer } from '../testing/start-test-server.ts';

const layer = `sha256:${'1'.repeat(64)}`;
const drafts = [
  { ...apk('busybox', '1.36.1-r0'), locations: [{ path: 'lib/apk/db/installed', layer }] },
  npm('left', '1.6.0', 'app/node_modules/left/package.json'),
];

let assessment: Assessment;
let server: TestServer;
let admin: TestClient;
/** Sees one of the two registries. */
let scoped: TestClient;
let mine: string;
let foreign: string;

before(async () => {
  assessment = await openAssessment({
    feeds: {
      alpine: [flaw('CVE-2022-0001', 'alpine:3.18', 'busybox', { fixed: '1.36.1-r2' }, { severity: 'critical' })],
      npm: [
        flaw(
          'CVE-2021-0001',
          'npm',
          'left',
          { introduced: '1.0.0' },
          { severity: 'low', title: 'Turns right', aliases: ['GHSA-l'] },
        ),
      ],
    },
    facts: [
      { cve: 'CVE-2022-0001', kev: { added: '2024-02-03', ransomware: true }, epss: { score: 0.6, percentile: 0.9 } },
    ],
  });
  const { store, recorder } = assessment;
  server = await startTestServer({
    parts: { store, vulnerabilities: recorder.vulnerabilities, now: () => new Date('2026-08-10T12:00:00Z') },
  });
  mine = await addImage('mine', drafts);
  foreign = await addImage('foreign', [drafts[0] as (typeof drafts)[0]]);
  await recount(store);
  admin = await server.as('admin');
  scoped = await server.as([{ role: 'analyst', scope: { kind: 'registry', value: 'mine' } }]);
});
after(async () => {
  await server.close();
  await assessment.close();
});

/** An image scanned and lying in a registry of its own. */
async function addImage(registry: string, of: typeof drafts): Promise<string> {
  const { store } = assessment;
  const image = await assessment.addImage(`${registry}.example/app:1`);
  const { id } = await store
    .insertInto('registry')
    .values({
      name: registry,
      kind: 'distribution',
      host: `${registry}.example`,
      settings: '{}',
      secrets: null,
      notification_secret: Buffer.alloc(0),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const repository = await store
    .insertInto('repository')
    .values({ registry: id, name: 'app' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await store.insertInto('placement').values({ repository: repository.id, image }).execute();
  await store.insertInto('tag').values({ repository: repository.id, name: '1', image }).execute();
  await assessment.scan(image, of);
  const row = await store.selectFrom('image').select('digest').where('id', '=', image).executeTakeFirstOrThrow();
  return row.digest;
}

const json = async (client: TestClient, path: string) => {
  const answer = await client.get(path);
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`);
  return answer.json();
};

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

test('an exception is asked for, approved, silences, and is withdrawn', async () => {
  const reader = await server.as('reader');
  const scope = { vulnerability: 'CVE-2022-0001' };
  assert.deepEqual((await admin.send('POST', '/exceptions/reach', { scope })).json(), { findings: 2, images: 2 });
  const asked = await reader.send('POST', '/exceptions', {
    scope,
    reason: 'The applet is not there.',
    kind: 'not-reachable',
  });
  assert.equal(asked.statusCode, 201, asked.body);
  const { id, state, expires } = asked.json();
  assert.deepEqual([state, expires], ['asked', '2027-08-10T12:00:00.000Z']);
  const requests = async (path: string, client = admin) =>
    (await json(client, path)).items.map((row: { request?: { id: string; state: string; by: string } }) =>
      row.request ? [row.request.id, row.request.state, row.request.by] : undefined,
    );
  assert.deepEqual(await requests(`/images/${mine}/findings`), [[id, 'asked', reader.login], undefined]);
  assert.deepEqual(await requests(`/images/${mine}/findings`, scoped), [undefined, undefined], 'not theirs to see');
  assert.equal((await reader.send('POST', `/exceptions/${id}/decision`, { decision: 'approve' })).statusCode, 403);
  assert.equal(
    (await scoped.send('POST', `/exceptions/${id}/decision`, { decision: 'approve' })).statusCode,
    404,
    'it reaches beyond what is theirs',
  );

  const approved = (
    await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'approve', note: 'agreed' })
  ).json();
  assert.deepEqual(
    [approved.state, approved.findings, approved.images, approved.decisionNote],
    ['approved', 2, 2, 'agreed'],
  );
  assert.equal((await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'refuse' })).statusCode, 409);
  assert.equal((await json(admin, `/images/${mine}`)).counts.critical, 0);
  assert.deepEqual(
    (await json(admin, `/images/${mine}/findings`)).items.map(
      ({ vulnerability }: { vulnerability: string }) => vulnerability,
    ),
    ['CVE-2021-0001'],
  );
  const covered = (await json(admin, `/images/${mine}/findings?excepted=true`)).items[0];
  assert.equal(covered.request, undefined);
  assert.deepEqual(
    [covered.vulnerability, covered.exception.id, covered.exception.reason],
    ['CVE-2022-0001', id, 'The applet is not there.'],
  );
  const report = await json(admin, `/images/${mine}/report`);
  assert.deepEqual(
    report.findings.map(({ ignored }: { ignored?: { reason: string } }) => ignored?.reason),
    ['The applet is not there.', undefined],
  );
  assert.deepEqual((await json(admin, '/images?vulnerability=CVE-2022-0001')).items, []);
  assert.equal((await admin.get('/vulnerabilities/CVE-2022-0001')).statusCode, 404);
  await recount(assessment.store);
  assert.deepEqual(
    (await json(admin, '/recommendations?status=accepted')).items.map(
      ({ package: of }: { package: { name: string } }) => of.name,
    ),
    ['busybox'],
  );
  assert.ok((await json(admin, '/history?cause=exception')).items[0].text.includes('The applet is not there.'));
  assert.equal(
    (await json(scoped, '/exceptions')).items[0].findings,
    1,
    'who sees a part sees how much of it is silenced',
  );

  assert.equal((await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'withdraw' })).json().findings, 0);
  assert.equal((await json(admin, `/images/${mine}`)).counts.critical, 1);
});

test('an analyst of one registry decides about that registry', async () => {
  const scope = { package: 'left', registry: 'mine' };
  const asked = (
    await admin.send('POST', '/exceptions', { scope, reason: 'Only in the tests.', kind: 'mitigated' })
  ).json();
  const waiting: readonly { readonly id: string }[] = (await json(scoped, '/exceptions?state=asked')).items;
  assert.deepEqual(
    waiting.map(({ id }) => id),
    [asked.id],
  );
  const done = await scoped.send('POST', `/exceptions/${asked.id}/decision`, { decision: 'approve' });
  assert.equal(done.statusCode, 200, done.body);
  assert.deepEqual([done.json().findings, done.json().images], [1, 1]);
  await scoped.send('POST', `/exceptions/${asked.id}/decision`, { decision: 'withdraw' });
  assert.equal((await scoped.send('POST', '/exceptions/reach', { scope: { package: 'left' } })).statusCode, 403);
  assert.equal((await scoped.send('POST', '/exceptions/reach', { scope })).statusCode, 200);
});

test('a finding tells who asked for what an approval will silence, whatever the scope names, and who refused it', async () => {
  type Row = {
    readonly id: string;
    readonly request?: { id: string; state: string; by: string };
    readonly exception?: object;
  };
  const rows = async (query = ''): Promise<Row[]> =>
    (await Promise.all([mine, foreign].map((image) => json(admin, `/images/${image}/findings${query}`)))).flatMap(
      ({ items }) => items,
    );
  const ids = (found: readonly Row[]) => found.map(({ id }) => id);
  const scopes: readonly (readonly [object, number])[] = [
    [{ vulnerability: 'GHSA-l' }, 1],
    [{ vulnerability: 'CVE-2022-0001', package: 'busy*' }, 2],
    [{ package: 'l_ft' }, 0],
    [{ package: 'left@1.6.0', image: mine }, 1],
    [{ vulnerability: 'CVE-2022-0001', registry: 'mine' }, 1],
    [{ package: 'busybox', repository: 'app' }, 2],
    [{ package: 'busybox', repository: 'ap' }, 0],
    [{ vulnerability: 'CVE-2022-0001', image: 'foreign.example/app:1' }, 1],
  ];
  for (const [scope, count] of scopes) {
    const request = { scope, reason: 'Only in the tests.', kind: 'mitigated' };
    const { id } = (await admin.send('POST', '/exceptions', request)).json();
    const asked = ids((await rows()).filter((row) => row.request?.id === id));
    await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'approve' });
    const silenced = ids((await rows('?excepted=true')).filter(({ exception }) => exception));
    assert.deepEqual(asked, silenced, JSON.stringify(scope));
    assert.equal(asked.length, count, JSON.stringify(scope));
    await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'withdraw' });
  }
  const request = { scope: { package: 'left' }, reason: 'Only in the tests.', kind: 'mitigated' };
  const { id } = (await scoped.send('POST', '/exceptions', request)).json();
  await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'refuse' });
  assert.deepEqual(
    (await rows()).flatMap((row) => (row.request ? [[row.request.state, row.request.by]] : [])),
    [['refused', admin.login]],
  );
});

test('an exception for everything, in the past, or for ever is refused', async () => {
  const reason = 'Because it is so.';
  const scope = { package: 'left' };
  for (const body of [
    { scope: {}, reason, kind: 'mitigated' },
    { scope, reason, kind: 'mitigated', expires: '2020-01-01T00:00:00Z' },
    { scope, reason, kind: 'mitigated', expires: '2099-01-01T00:00:00Z' },
  ])
    assert.equal((await admin.send('POST', '/exceptions', body)).statusCode, 400, JSON.stringify(body));
});
