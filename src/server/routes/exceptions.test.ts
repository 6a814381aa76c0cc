import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Assessment } from '../../../test/support/assessment.ts';
import { recount } from '../../store/recount.ts';
import type { TestClient, TestServer } from '../testing/start-test-server.ts';
import { json, openTwoRegistries, type TwoRegistries } from '../testing/two-registries.ts';

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

test('what waits for a decision already is not asked for twice, also at once, and the one that waits is named', async () => {
  const request = { scope: { package: 'twice', registry: 'mine' }, reason: 'Only in the tests.', kind: 'mitigated' };
  const reader = await server.as('reader');
  const askers = [admin, reader, scoped, admin, reader, scoped];
  const answers = await Promise.all(askers.map((client) => client.send('POST', '/exceptions', request)));
  const made = answers.filter(({ statusCode }) => statusCode === 201).map((answer) => answer.json());
  const refused = answers.filter(({ statusCode }) => statusCode === 409).map((answer) => answer.json());
  assert.equal(made.length, 1);
  assert.equal(refused.length, askers.length - 1);
  const [{ id, askedBy }] = made;
  for (const problem of refused) {
    assert.deepEqual([problem.code, problem.existing], ['CONFLICT', id]);
    assert.match(problem.detail, new RegExp(`^(You|${askedBy}) asked for this already`));
  }

  for (const other of [
    { ...request, kind: 'not-reachable' },
    { ...request, scope: { package: 'twice' } },
    { ...request, scope: { ...request.scope, repository: 'app' } },
  ])
    assert.equal((await admin.send('POST', '/exceptions', other)).statusCode, 201, JSON.stringify(other));
  for (const decision of ['withdraw', 'refuse', 'approve'] as const) {
    const waiting = (await json(admin, '/exceptions?state=asked&q=twice')).items.find(
      (row: { scope: object; kind: string }) =>
        JSON.stringify([row.scope, row.kind]) === JSON.stringify([request.scope, request.kind]),
    );
    await admin.send('POST', `/exceptions/${waiting.id}/decision`, { decision });
    assert.equal((await reader.send('POST', '/exceptions', request)).statusCode, 201, decision);
  }
});

test('a request that its time ran out on, or that one may not see, keeps nobody from asking', async () => {
  const request = { scope: { package: 'unseen' }, reason: 'Only in the tests.', kind: 'mitigated' };
  const ids = async () => (await json(admin, '/exceptions?q=unseen')).items.map(({ id }: { id: string }) => id).sort();
  assert.equal((await admin.send('POST', '/exceptions', request)).statusCode, 201);
  assert.equal((await scoped.send('POST', '/exceptions', request)).statusCode, 201, 'theirs alone');
  const again = await scoped.send('POST', '/exceptions', request);
  assert.equal(again.statusCode, 409);
  assert.match(again.json().detail, /^You asked/);
  assert.equal((await ids()).length, 2);

  await assessment.store
    .updateTable('exception')
    .set({ expires: '2026-08-10T11:59:00Z' })
    .where('id', 'in', await ids())
    .execute();
  assert.equal((await admin.send('POST', '/exceptions', request)).statusCode, 201);
});
