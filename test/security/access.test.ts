import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Grant } from '../../src/server/contract/access.ts';
import { accessTable } from './access-table.data.ts';
import { type Operation, operationsOf, requestFor } from './operations.ts';
import { type Called, type RunningServer, type Signed, startRunningServer } from './running-server.ts';

/**
 * Every operation of the served document, called by everybody: what comes back is what its access says, for each role and
 * scope. What may be called is called with a body that does not fit, so that nothing is changed by it.
 */
let server: RunningServer;
let operations: readonly Operation[];

before(async () => {
  server = await startRunningServer({ rate: { signInsPerMinute: 100_000, requestsPerMinute: 1_000_000 } });
  operations = await operationsOf(server.url);
});
after(() => server.close());

const everything: Grant['scope'] = { kind: 'all' };
const scopes: readonly Grant['scope'][] = [
  { kind: 'registry', value: 'alpha' },
  { kind: 'repository', value: 'alpha/team-*' },
  { kind: 'cluster', value: 'prod' },
  { kind: 'namespace', value: 'prod/web' },
];
const roles = ['reader', 'analyst', 'admin'] as const;

/** What the grants may do, told here once more and in other words than the server's. */
function allowed(access: Operation['access'], { role, scope }: Grant): boolean {
  if (typeof access === 'string') return true;
  const enough = { reader: ['reader', 'analyst', 'admin'], analyst: ['analyst', 'admin'], admin: ['admin'] };
  return enough[access.role].includes(role) && (access.within === 'scoped' || scope.kind === 'all');
}

async function statusOf(operation: Operation, headers: Signed['headers']): Promise<number> {
  return (await answerOf(operation, headers)).status;
}

async function answerOf(operation: Operation, headers: Signed['headers']): Promise<Called> {
  const { path, body } = requestFor(operation);
  const answer = await server.call(operation.method, path, { headers, ...(body !== undefined && { body }) });
  assert.ok(answer.status < 500, `${operation.id}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert.ok(operation.statuses.includes(String(answer.status)), `${operation.id} answers ${answer.status} unannounced`);
  return answer;
}

test('the table of who may do what names every operation of the document as it is', () => {
  const shown = (access: Operation['access']) =>
    typeof access === 'string' ? access : `${access.role} ${access.within}`;
  const served = Object.fromEntries(operations.map(({ id, access }) => [id, shown(access)]));

  assert.deepEqual(served, accessTable, 'Look at each difference, then write it into access-table.data.ts.');
});

for (const [who, refused] of [
  ['nobody', {}],
  ['a made-up token', { authorization: `Bearer bw_${'A'.repeat(43)}` }],
  ['a token in another form', { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' }],
  ['a name and password as a header', { authorization: `Basic ${btoa('admin:admin')}` }],
  ['a made-up session', { cookie: `breakwater=${'A'.repeat(43)}` }],
] as const)
  test(`${who} reaches only what is public`, async () => {
    for (const operation of operations) {
      const status = await statusOf(operation, refused);
      if (operation.access === 'public') assert.equal(status === 401 && !asksItself(operation), false, operation.id);
      else assert.equal(status, 401, operation.id);
    }
  });

for (const [who, make] of [
  [
    'an expired token',
    () => server.token([{ role: 'admin', scope: everything }], { expires: new Date(Date.now() - 1_000) }),
  ],
  ['a token that was taken back', () => gone('api_token')],
  ['a session that was ended', () => gone('session')],
  ['a session that expired', () => changed('expires')],
  ['a session that lay idle', () => changed('last_used')],
  ['a disabled account', () => disabled()],
] as const)
  test(`${who} reaches only what is public`, async () => {
    const { headers } = await make();
    for (const operation of operations)
      if (operation.access !== 'public') assert.equal(await statusOf(operation, headers), 401, operation.id);
  });

for (const role of roles)
  for (const scope of [everything, ...scopes])
    for (const by of ['session', 'token'] as const)
      test(`${role} of ${scope.value ?? 'everything'}, by ${by}, reaches what the role may`, async () => {
        for (const operation of operations) {
          // Ends the session that the others need.
          const { headers } = await server[by]([{ role, scope }]);
          const status = await statusOf(operation, headers);
          const may = allowed(operation.access, { role, scope });
          if (!may) assert.equal(status, 403, `${operation.id} must be refused`);
          else if (!asksItself(operation)) assert.notEqual(status, 401, operation.id);
          if (may && scope.kind === 'all') assert.notEqual(status, 403, operation.id);
        }
      });

/** Public, because whoever calls has other credentials than ours: those are tested where they are checked. */
function asksItself({ id }: Operation): boolean {
  return id === 'session.create' || id.startsWith('notifications.');
}

test('a token of an account that lost its role lost it too', async () => {
  const { headers } = await server.token([{ role: 'admin', scope: everything }], {
    accountGrants: [{ role: 'reader', scope: everything }],
  });
  for (const operation of operations) {
    const may = allowed(operation.access, { role: 'reader', scope: everything });
    const status = await statusOf(operation, headers);
    assert.equal(status === 403, !may, operation.id);
  }
});

test('an account without any grant reaches what needs none', async () => {
  const { headers } = await server.token([]);
  for (const operation of operations)
    if (typeof operation.access !== 'string') assert.equal(await statusOf(operation, headers), 403, operation.id);
});

test('a session under a password that somebody else chose reads itself, changes the password, signs out, and no more', async () => {
  for (const operation of operations) {
    // Ends the session that the others need.
    const { login, headers } = await server.session([{ role: 'admin', scope: everything }]);
    await server.store.updateTable('account').set({ must_change_password: true }).where('login', '=', login).execute();
    const { status, text } = await answerOf(operation, headers);
    const isRefused = status === 403 && JSON.parse(text).code === 'PASSWORD_CHANGE_NEEDED';
    assert.equal(isRefused, operation.access !== 'public' && operation.access !== 'own-session', operation.id);
  }
});

for (const [name, csrf] of [
  ['without its token', {}],
  ['with a made-up token', { 'x-csrf-token': 'A'.repeat(43) }],
  ['with an empty token', { 'x-csrf-token': '' }],
] as const)
  test(`no change is made with a cookie ${name}`, async () => {
    const { headers } = await server.session([{ role: 'admin', scope: everything }]);
    const { cookie = '' } = headers;
    for (const operation of operations)
      if (operation.method !== 'GET' && operation.access !== 'public')
        assert.equal(await statusOf(operation, { cookie, ...csrf }), 403, operation.id);
  });

test("another session's token does not do", async () => {
  const [one, other] = [
    await server.session([{ role: 'admin', scope: everything }]),
    await server.session([{ role: 'admin', scope: everything }]),
  ];
  const headers = { cookie: one.headers.cookie ?? '', 'x-csrf-token': other.headers['x-csrf-token'] ?? '' };
  for (const operation of operations)
    if (operation.method !== 'GET' && operation.access !== 'public')
      assert.equal(await statusOf(operation, headers), 403, operation.id);
});

async function gone(table: 'api_token' | 'session'): Promise<Signed> {
  const grants: readonly Grant[] = [{ role: 'admin', scope: everything }];
  const made = table === 'session' ? await server.session(grants) : await server.token(grants);
  const account = server.store.selectFrom('account').select('id').where('login', '=', made.login);
  if (table === 'session') await server.store.deleteFrom('session').where('account', 'in', account).execute();
  else await server.store.deleteFrom('api_token').where('account', 'in', account).execute();
  return made;
}

async function changed(field: 'expires' | 'last_used'): Promise<Signed> {
  const made = await server.session([{ role: 'admin', scope: everything }]);
  const account = server.store.selectFrom('account').select('id').where('login', '=', made.login);
  const past = new Date(Date.now() - 3 * 3_600_000);
  await server.store
    .updateTable('session')
    .set({ [field]: past })
    .where('account', 'in', account)
    .execute();
  return made;
}

async function disabled(): Promise<Signed> {
  const made = await server.session([{ role: 'admin', scope: everything }]);
  await server.store.updateTable('account').set({ disabled: true }).where('login', '=', made.login).execute();
  return made;
}
