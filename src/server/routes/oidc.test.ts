import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAccount } from '../../store/accounts.ts';
import { serverConfig } from '../config.ts';
import { startOidcProvider, type TestProvider } from '../testing/start-oidc-provider.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';
import { oidcRoutes } from './oidc.ts';
import { sessionRoutes } from './session.ts';

const origin = 'http://127.0.0.1:8443';
const path = '/api/v1/session/oidc/corp';
let provider: TestProvider;
let server: TestServer;

before(async () => {
  provider = await startOidcProvider({
    id: 'breakwater',
    secret: 'hush hush hush',
    redirect: `${origin}${path}/callback`,
  });
  const { signIn, rate } = serverConfig.parse({
    dataDir: '/',
    rate: { signInsPerMinute: 1_000 },
    signIn: {
      oidc: [
        {
          id: 'corp',
          title: 'Corp',
          issuer: provider.issuer,
          clientId: 'breakwater',
          clientSecret: 'hush hush hush',
          roles: { 'security-team': 'admin', developers: 'reader' },
        },
      ],
    },
  });
  server = await startTestServer({ routes: [...sessionRoutes, ...oidcRoutes], config: { signIn, rate } });
  provider.people.set('ann', { preferred_username: 'ann', name: 'Ann A.', groups: ['developers', 'security-team'] });
  provider.people.set('bob', { preferred_username: 'bob', groups: ['developers'] });
  provider.people.set('eve', { preferred_username: 'eve', groups: ['constructor', '__proto__'] });
  provider.people.set('local', { preferred_username: 'local-admin', groups: ['developers'] });
});
after(async () => {
  await server.close();
  await provider.close();
});

/** From our page to the provider's, back to ours, with the cookie of the way. */
async function start(returnTo = '/images?q=a') {
  const answer = await server.app.inject(`${path}?returnTo=${encodeURIComponent(returnTo)}`);
  assert.equal(answer.statusCode, 302);
  const [cookie] = answer.cookies as { name: string; value: string; sameSite: string; httpOnly: boolean }[];
  assert.ok(cookie);
  return { url: answer.headers.location as string, cookie: `${cookie.name}=${cookie.value}`, attributes: cookie };
}

function comeBack(url: string, cookie: string) {
  const { pathname, search } = new URL(url);
  return server.app.inject({ url: pathname + search, headers: { cookie } });
}

async function signIn(name: string) {
  const way = await start();
  const answer = await comeBack(await provider.signIn(way.url, name), way.cookie);
  const session = answer.cookies.find((cookie) => cookie.name === 'breakwater');
  const who =
    session &&
    (await server.app.inject({ url: '/api/v1/session', headers: { cookie: `breakwater=${session.value}` } }));
  return { answer, session: who?.json() };
}

test('who signs in at the provider has the highest role that a group gives, and comes back to the page', async () => {
  const { answer, session } = await signIn('ann');

  assert.equal(answer.headers.location, '/images?q=a');
  assert.equal(session.user, 'ann');
  assert.equal(session.name, 'Ann A.');
  assert.deepEqual(session.grants, [{ role: 'admin', scope: { kind: 'all' } }]);
});

test('grants follow the groups at each sign-in', async () => {
  assert.equal((await signIn('bob')).session.grants[0].role, 'reader');

  provider.people.set('bob', { preferred_username: 'bob', groups: ['security-team'] });

  assert.equal((await signIn('bob')).session.grants[0].role, 'admin');
});

test('who has no group with a role is refused, whatever the group is called', async () => {
  const { answer, session } = await signIn('eve');

  assert.equal(answer.headers.location, '/?signInFailed=role');
  assert.equal(session, undefined);
});

test("a local account is not taken over by its login's namesake", async () => {
  await addAccount(server.context.store, {
    login: 'local-admin',
    source: 'local',
    grants: [{ role: 'admin', scope: { kind: 'all' } }],
  });

  const { session } = await signIn('local');

  assert.equal(session.user, 'local-admin.corp');
  assert.equal(session.grants[0].role, 'reader');
});

test('the way there carries PKCE, state and nonce, and its cookie is for that way only', async () => {
  const { url, attributes } = await start();

  const query = new URL(url).searchParams;
  assert.equal(query.get('code_challenge_method'), 'S256');
  assert.ok(query.get('state') && query.get('nonce') && query.get('code_challenge'));
  assert.equal(attributes.sameSite, 'Lax');
  assert.equal(attributes.httpOnly, true);
});

test('an answer that was made for another browser, or changed, or used before, signs nobody in', async () => {
  const [mine, theirs] = [await start(), await start()];
  const back = await provider.signIn(mine.url, 'ann');
  const changed = new URL(back);
  changed.searchParams.set('state', 'forged');
  const wrongCookie = `${mine.cookie.slice(0, -3)}AAA`;

  const answers = [
    await comeBack(back, ''),
    await comeBack(back, theirs.cookie),
    await comeBack(changed.href, mine.cookie),
    await comeBack(back, wrongCookie),
    await comeBack(`${origin}${path}/callback?error=access_denied&state=x`, mine.cookie),
  ];

  for (const answer of answers) {
    assert.equal(answer.headers.location, '/?signInFailed=refused');
    assert.equal(
      answer.cookies.some(({ name, value }) => name === 'breakwater' && value !== ''),
      false,
    );
  }
  assert.equal((await comeBack(back, mine.cookie)).headers.location, '/images?q=a');
  assert.equal((await comeBack(back, mine.cookie)).headers.location, '/?signInFailed=refused', 'a code works once');
});

for (const elsewhere of [
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  'javascript:alert(1)',
  '/\r\nset-cookie:a=b',
])
  test(`a link cannot lead on to ${JSON.stringify(elsewhere)}`, async () => {
    const way = await start(elsewhere);
    const answer = await comeBack(await provider.signIn(way.url, 'ann'), way.cookie);
    assert.equal(answer.headers.location, '/');
  });

test('sign-ins at a provider are in the trail', async () => {
  await signIn('ann');
  const row = await server.context.store
    .selectFrom('trail')
    .select(['who', 'action', 'outcome', 'detail'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  assert.deepEqual(row, { who: 'ann', action: 'session.create', outcome: 'done', detail: { provider: 'corp' } });
});
