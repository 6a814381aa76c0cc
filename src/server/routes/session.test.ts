import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { addAccount, changeAccount } from '../../store/accounts.ts';
import { serverConfig } from '../config.ts';
import { ensureFirstAdministrator } from '../sign-in/first-administrator.ts';
import { hashPassword } from '../sign-in/passwords.ts';
import { resetPassword } from '../sign-in/reset-password.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';
import { sessionRoutes } from './session.ts';

const password = 'correct horse battery';
let hash: string;
let server: TestServer;
let clock = Date.now();
let nth = 0;
let login = '';

before(async () => {
  hash = await hashPassword(password);
  const { signIn, rate } = serverConfig.parse({ dataDir: '/' });
  server = await startTestServer({
    routes: sessionRoutes,
    config: { signIn: { ...signIn, lockAfter: 3 }, rate: { ...rate, signInsPerMinute: 1_000 } },
    parts: { now: () => new Date(clock) },
  });
});
after(() => server.close());

beforeEach(async () => {
  clock = Date.now();
  nth += 1;
  login = `somebody-${nth}`;
  await addAccount(server.context.store, {
    login,
    source: 'local',
    password: hash,
    grants: [{ role: 'reader', scope: { kind: 'all' } }],
  });
});

function signIn(given: string, extra: { cookie?: string; from?: string; user?: string } = {}) {
  return server.app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { user: extra.user ?? login, password: given },
    ...(extra.cookie && { headers: { cookie: extra.cookie } }),
    ...(extra.from && { remoteAddress: extra.from }),
  });
}

function cookiesOf(answer: LightMyRequestResponse): string {
  return answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

function read(cookie: string) {
  return server.app.inject({ url: '/api/v1/session', headers: { cookie } });
}

test('the right password opens a session that the cookie alone continues', async () => {
  const answer = await signIn(password);

  assert.equal(answer.statusCode, 200);
  const [cookie] = answer.cookies as { name: string; httpOnly: boolean; sameSite: string; path: string }[];
  assert.deepEqual(
    { name: cookie?.name, httpOnly: cookie?.httpOnly, sameSite: cookie?.sameSite, path: cookie?.path },
    { name: 'breakwater', httpOnly: true, sameSite: 'Strict', path: '/' },
  );
  const session = (await read(cookiesOf(answer))).json();
  assert.equal(session.user, login);
  assert.equal(session.csrfToken, answer.json().csrfToken);
});

test('a wrong password, an unknown name and a disabled account are told the same', async () => {
  await addAccount(server.context.store, { login: `${login}-off`, source: 'local', password: hash, grants: [] });
  const off = await server.context.store
    .selectFrom('account')
    .select('id')
    .where('login', '=', `${login}-off`)
    .executeTakeFirstOrThrow();
  await changeAccount(server.context.store, off.id, { disabled: true });

  const answers = await Promise.all([
    signIn('wrong password'),
    signIn(password, { user: 'nobody-at-all' }),
    signIn(password, { user: `${login}-off` }),
  ]);

  const shown = answers.map((answer) => [answer.statusCode, answer.json().code, answer.json().detail]);
  assert.deepEqual(shown, Array(3).fill(shown[0]));
  assert.equal(answers[0].statusCode, 401);
});

test('a session ends by sign-out, by age and by lying idle', async () => {
  const [first, second, third] = [await signIn(password), await signIn(password), await signIn(password)].map(
    cookiesOf,
  ) as [string, string, string];

  const csrf = (await read(first)).json().csrfToken;
  const out = await server.app.inject({
    method: 'DELETE',
    url: '/api/v1/session',
    headers: { cookie: first, 'x-csrf-token': csrf },
  });
  assert.equal(out.statusCode, 204);
  assert.equal((await read(first)).statusCode, 401);

  clock += 119 * 60_000;
  assert.equal((await read(second)).statusCode, 200);
  clock += 119 * 60_000;
  assert.equal((await read(second)).statusCode, 200, 'use keeps it');
  assert.equal((await read(third)).statusCode, 401, 'unused for 2 hours');
  for (let hours = 0; hours < 9; hours += 1) {
    clock += 3_600_000;
    await read(second);
  }
  assert.equal((await read(second)).statusCode, 401, 'older than 12 hours');
});

test('a cookie that somebody planted is not made a session', async () => {
  const planted = 'A'.repeat(43);

  const answer = await signIn(password, { cookie: `breakwater=${planted}` });

  assert.notEqual(answer.cookies[0]?.value, planted);
  assert.equal((await read(`breakwater=${planted}`)).statusCode, 401);
});

test('signing in again ends the session that the browser had', async () => {
  const first = cookiesOf(await signIn(password));
  const second = cookiesOf(await signIn(password, { cookie: first }));

  assert.equal((await read(first)).statusCode, 401);
  assert.equal((await read(second)).statusCode, 200);
});

test('wrong passwords lock the login for a while, even against the right one', async () => {
  for (let times = 0; times < 3; times += 1) await signIn('wrong password');

  assert.equal((await signIn(password)).statusCode, 401);
  clock += 14 * 60_000;
  assert.equal((await signIn(password)).statusCode, 401);
  clock += 2 * 60_000;
  assert.equal((await signIn(password)).statusCode, 200);
});

test('who guesses cannot lock out a browser that signed in before, nor other addresses', async () => {
  const known = cookiesOf(await signIn(password));

  for (let times = 0; times < 6; times += 1) await signIn('wrong password', { from: '203.0.113.9' });

  assert.equal((await signIn(password, { from: '203.0.113.9' })).statusCode, 401);
  assert.equal((await signIn(password, { from: '203.0.113.9', cookie: known })).statusCode, 200);
  assert.equal((await signIn(password, { from: '198.51.100.1' })).statusCode, 200);
});

test('guesses from ever new addresses lock the login for those that are not known', async () => {
  const known = cookiesOf(await signIn(password, { from: '198.51.100.200' }));

  for (let host = 1; host <= 31; host += 1) await signIn('wrong password', { from: `198.51.100.${host}` });

  assert.equal((await signIn(password, { from: '192.0.2.1' })).statusCode, 401);
  assert.equal((await signIn(password, { from: '192.0.2.1', cookie: known })).statusCode, 200);
});

test('many guesses at once are all counted', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, at) => signIn(at === 11 ? password : `wrong ${at} xxx`)),
  );

  const tried = answers.filter(({ statusCode }) => statusCode === 200).length;
  assert.equal(tried <= 1, true);
  assert.equal((await signIn(password)).statusCode, tried === 1 ? 200 : 401);
});

test('a changed password ends every other session and wants the old one', async () => {
  const [here, elsewhere] = [cookiesOf(await signIn(password)), cookiesOf(await signIn(password))];
  const csrf = (await read(here)).json().csrfToken;
  const change = (old: string) =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/session/password',
      headers: { cookie: here, 'x-csrf-token': csrf },
      payload: { old, new: 'another long password' },
    });

  assert.equal((await change('not the old one')).statusCode, 403);
  const changed = await change(password);

  assert.equal(changed.statusCode, 200);
  assert.equal((await read(here)).statusCode, 401);
  assert.equal((await read(elsewhere)).statusCode, 401);
  assert.equal((await read(cookiesOf(changed))).statusCode, 200);
  assert.equal((await signIn('another long password')).statusCode, 200);
  assert.equal((await signIn(password)).statusCode, 401);
});

test('every sign-in is in the trail, with what was typed only where it names an account', async () => {
  await signIn(password);
  await signIn('wrong password');
  await signIn(password, { user: 'hunter2-typed-into-the-wrong-field' });

  const rows = await server.context.store
    .selectFrom('trail')
    .select(['who', 'outcome', 'detail'])
    .orderBy('id', 'desc')
    .limit(3)
    .execute();
  assert.deepEqual(rows, [
    { who: '(unknown)', outcome: 'refused', detail: { refused: 'wrong name or password' } },
    { who: login, outcome: 'refused', detail: { refused: 'wrong name or password' } },
    { who: login, outcome: 'done', detail: null },
  ]);
});

test('the first administrator is made once, and only in an empty store', async () => {
  assert.equal(await ensureFirstAdministrator(server.context), undefined, 'there are accounts');

  await server.context.store.deleteFrom('account').execute();
  const [made, again] = [
    await ensureFirstAdministrator(server.context),
    await ensureFirstAdministrator(server.context),
  ];

  assert.equal(made?.login, 'admin');
  assert.match(made?.password ?? '', /^(\w{6}-){3}\w{6}$/);
  assert.equal(again, undefined);
  assert.equal((await signIn(made?.password ?? '', { user: 'admin' })).statusCode, 200);
});

test('a lost password is replaced by one that must be changed, and nothing else opens', async () => {
  const { store } = server.context;
  const cookie = cookiesOf(await signIn(password));
  for (let wrong = 0; wrong < 4; wrong += 1) await signIn('not this one');
  assert.equal((await signIn(password)).statusCode, 401, 'locked');

  const made = await resetPassword(store, login);

  assert.equal((await read(cookie)).statusCode, 401, 'sessions ended');
  assert.equal((await signIn(password)).statusCode, 401);
  const answer = await signIn(made);
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.json().mustChangePassword, true);
  await assert.rejects(resetPassword(store, 'nobody'), {
    code: 'NOT_FOUND',
    message: /"nobody"; there is "admin", "somebody-\d+"/,
  });
  await addAccount(store, { login: 'elsewhere', source: 'oidc', subject: 'x', grants: [] });
  await assert.rejects(resetPassword(store, 'elsewhere'), { code: 'CONFLICT' });
});
