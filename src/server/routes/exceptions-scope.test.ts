import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Grant, Scope } from '../contract/access.ts';
import type { ExceptionRow } from '../contract/exceptions.ts';
import { narrowGrants } from '../sign-in/narrow-grants.ts';
import type { TestClient } from '../testing/start-test-server.ts';
import { json, openTwoRegistries, type TwoRegistries } from '../testing/two-registries.ts';

let estate: TwoRegistries;
let admin: TestClient;
const grant = (kind: Scope['kind'], value?: string): Grant => ({
  role: 'analyst',
  scope: { kind, ...(value !== undefined && { value }) },
});
/** Lets one in and shows no image. */
const nothing = grant('cluster', 'c');
const viewers: readonly (readonly Grant[])[] = [
  [grant('all')],
  [grant('registry', 'mine')],
  [grant('registry', 'mine'), grant('registry', 'foreign')],
  [grant('repository', 'mine/app')],
  [grant('repository', '*/app')],
  [grant('repository', 'mine/other')],
  [grant('registry', 'elsewhere')],
];
const scopes = ['mine', 'foreign', 'mine/app', 'mine/other', 'mine/ap', 'foreign/app', 'unknown'];
/** What every exception is about; where, is what differs. Each stands under its reason. */
const places = (): Readonly<Record<string, object>> => ({
  everywhere: {},
  'the registry': { registry: 'mine' },
  'the other registry': { registry: 'foreign' },
  'the repository': { registry: 'mine', repository: 'app' },
  'a glob of the registry': { registry: 'mine', repository: 'oth*' },
  'a repository that is not there': { registry: 'mine', repository: 'gone' },
  'the same name in all registries': { repository: 'app' },
  'another name in all registries': { repository: 'gone' },
  'a glob of all registries': { repository: 'ap*' },
  'another glob of all registries': { repository: 'gone*' },
  'the same glob of the other registry': { registry: 'foreign', repository: 'oth*' },
  'the image': { image: estate.mine },
  'the other image': { image: estate.foreign },
});

before(async () => {
  estate = await openTwoRegistries();
  admin = estate.admin;
  const { store } = estate.assessment;
  const { id } = await store.selectFrom('registry').select('id').where('name', '=', 'mine').executeTakeFirstOrThrow();
  await store.insertInto('repository').values({ registry: id, name: 'other' }).execute();
  for (const [reason, place] of Object.entries(places())) await ask(admin, reason, place);
});
after(() => estate.close());

test('within a scope stand the exceptions that name it, or a place in it', async () => {
  const inRegistry = ['a glob of the registry', 'a repository that is not there', 'the image', 'the registry'];
  const ofApp = ['a glob of all registries', 'the repository', 'the same name in all registries'];

  assert.deepEqual(await reasons(admin, 'mine'), [...inRegistry, ...ofApp].sort());
  assert.deepEqual(await reasons(admin, 'mine/app'), ['the image', 'the registry', ...ofApp].sort());
  assert.deepEqual(await reasons(admin, 'mine/other'), ['a glob of the registry', 'the registry']);
  const everyApp = ['a glob of all registries', 'the other image', 'the other registry'];
  assert.deepEqual(await reasons(admin, 'foreign/app'), [...everyApp, 'the same name in all registries']);
  assert.deepEqual(await reasons(admin, 'foreign'), [
    ...everyApp,
    'the same glob of the other registry',
    'the same name in all registries',
  ]);
  assert.deepEqual(await reasons(admin, 'unknown'), []);
});

test('what silences something there is of the scope, wherever it was asked for, and tells how much of it', async () => {
  const { id } = (await json(admin, '/exceptions')).items.find((row: ExceptionRow) => row.reason === 'everywhere');
  await admin.send('POST', `/exceptions/${id}/decision`, { decision: 'approve' });
  for (const [scope, count] of [
    ['mine', 1],
    ['foreign/app', 1],
    ['mine/other', undefined],
  ] as const) {
    const row = (await list(admin, scope)).find((one) => one.id === id);
    assert.deepEqual([row?.findings, row?.images], [count, count], scope);
  }
  assert.equal((await list(admin)).find((one) => one.id === id)?.findings, 2);
});

test('a scope shows what somebody sees who may see that alone, and never more than without it', async () => {
  for (const grants of viewers) {
    const viewer = await estate.server.as(grants);
    await ask(viewer, 'my own, everywhere', { package: viewer.login });
    await ask(viewer, 'my own, elsewhere', { package: viewer.login, registry: 'elsewhere' });
    await ask(viewer, 'my own, in the registry', { package: viewer.login, registry: 'mine' });
    const all = new Map((await list(viewer)).map((row) => [row.id, row]));
    for (const scope of scopes) {
      const title = `${JSON.stringify(grants.map((one) => one.scope))} within ${scope}`;
      const within = await list(viewer, scope);
      const alone = await list(await estate.server.as([...narrowGrants(grants, scope), nothing]));

      assert.deepEqual(within, alone, title);
      for (const row of within) {
        const whole = all.get(row.id);
        assert.ok(whole && row.findings <= whole.findings && row.images <= whole.images, `${title}: ${row.reason}`);
        assert.ok(!['my own, everywhere', 'my own, elsewhere'].includes(row.reason), title);
      }
    }
  }
});

async function ask(client: TestClient, reason: string, scope: object): Promise<void> {
  const request = { scope: { vulnerability: 'CVE-2022-0001', ...scope }, reason, kind: 'mitigated' };
  const answer = await client.send('POST', '/exceptions', request);
  assert.equal(answer.statusCode, 201, answer.body);
}

async function list(client: TestClient, scope?: string): Promise<readonly ExceptionRow[]> {
  return (await json(client, `/exceptions?limit=200${scope ? `&scope=${scope}` : ''}`)).items;
}

async function reasons(client: TestClient, scope: string): Promise<readonly string[]> {
  return (await list(client, scope)).map(({ reason }) => reason).sort();
}
