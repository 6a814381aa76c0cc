import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { pino } from 'pino';
import { closeFence } from '../../store/builds.ts';
import { placeImages } from '../../store/placements.ts';
import { readHistory } from '../../store/read/history.ts';
import { removeImages } from '../../store/remove-images.ts';
import { openSeal } from '../seal.ts';
import { startTestServer } from '../testing/start-test-server.ts';
import { notificationRoutes } from './notifications.ts';
import { registryRoutes } from './registries.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
/** Of an authority of one's own, until 2126. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBhjCCAS2gAwIBAgIUF8HbiF47oi1HOWn5uXRxlAPSdFAwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDAgFw0yNjExMjIxOTA3MzBaGA8yMTI2
MTAyOTE5MDczMFowGDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABFn15nDnWYiuluc1bzaoenXgItHEopfyx9JpsTc7mKQU
dYGvlYY+iU6CuHhHdk0p2jaQzvtUbW8itvReHFj47xijUzBRMB0GA1UdDgQWBBRg
h0ds4dB3Nag+xwlI2G0qHnx1iTAfBgNVHSMEGDAWgBRgh0ds4dB3Nag+xwlI2G0q
Hnx1iTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIAWA9PaaTJbe
eNjqt+mBcfnnHLXDOjjSSDV3vEMSts0PAiBjPAN4HYT2wnukx/XCXctbOpnXKK53
+swIjtGM3fIUJQ==
-----END CERTIFICATE-----
`;
const settings = {
  name: 'prod',
  kind: 'distribution',
  host: 'registry.example.com',
  signIn: { method: 'password', username: 'jo', password: 'very-hidden-password' },
  certificate,
};
const secrets = /very-hidden-password|GDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDAgFw0yNjExMjIxOTA3MzBaGA8yMTI2/;

async function open(t: TestContext, parts: object = {}) {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const dataDir = mkdtempSync('/tmp/breakwater-test-');
  const seal = openSeal({ dataDir });
  const server = await startTestServer({
    routes: [...registryRoutes, ...notificationRoutes],
    parts: { seal, ...parts },
  });
  t.after(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true });
  });
  return { ...server, admin: await server.as('admin') };
}

test('a registry is connected, looked through at once, and never tells its secrets again', async (t) => {
  const { admin, context } = await open(t);

  const made = await admin.send('POST', '/registries', settings);
  assert.equal(made.statusCode, 201, made.body);
  assert.match(made.json().notificationSecret, /^[\w-]{43}$/);
  assert.deepEqual(context.asked, [{ what: 'crawl', of: 1, because: 'created' }]);

  const answers = [
    made,
    await admin.get('/registries'),
    await admin.get('/registries/prod'),
    await admin.send('PATCH', '/registries/prod', { pollMinutes: 5 }),
    await admin.send('POST', '/registries', settings),
    await admin.send('PATCH', '/registries/prod', { host: 'evil.example.com' }),
    await admin.send('POST', '/registries/prod/notification-secret'),
  ];
  for (const { body } of answers) assert.doesNotMatch(body, secrets);
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [201, 200, 200, 200, 409, 400, 200],
  );
  assert.deepEqual(answers[2]?.json().signIn, { method: 'password', username: 'jo' });
  assert.equal(answers[2]?.json().hasCertificate, true);
  assert.equal(answers[3]?.json().pollMinutes, 5);

  const secret = made.json().notificationSecret;
  for (const table of ['registry', 'trail']) {
    const { rows } = await sql`SELECT row_to_json(t)::text FROM ${sql.table(table)} AS t`.execute(context.store);
    const text = JSON.stringify(rows);
    assert.doesNotMatch(text, secrets, table);
    assert.ok(!text.includes(secret) && !text.includes(Buffer.from('very-hidden-password').toString('hex')), table);
  }
});

test('a list of registries is narrowed to part of a name or of a host, as it is written', async (t) => {
  const { admin } = await open(t);
  for (const [name, host] of [
    ['build', 'cache.example.com'],
    ['build-mirror', 'mirror.example.net'],
    ['prod', 'registry.example.com'],
  ])
    await admin.send('POST', '/registries', { ...settings, name, host, certificate: undefined });
  const namesOf = async (query: string) => {
    const names: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page: { items: { name: string }[]; next?: string } = (
        await admin.get(`/registries?limit=1&${query}${next && `&cursor=${next}`}`)
      ).json();
      names.push(...page.items.map(({ name }) => name));
      next = page.next;
    }
    return names;
  };

  assert.deepEqual(await namesOf('q=BUILD'), ['build', 'build-mirror']);
  assert.deepEqual(await namesOf('q=example.com'), ['build', 'prod']);
  assert.deepEqual(await namesOf('q=%25'), [], 'a percent sign is one');
  assert.deepEqual(await namesOf('q='), ['build', 'build-mirror', 'prod']);
});

test('nothing that is secret gets into the log, whatever goes wrong', async (t) => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  const { admin, anonymous } = await open(t, { log });
  const made = await admin.send('POST', '/registries', settings);
  const secret = made.json().notificationSecret;
  const inside = { ...settings, host: '127.0.0.1:1', certificate: undefined };
  await admin.send('POST', '/registries', settings);
  await admin.send('POST', '/registry-tests', inside);
  await admin.send('POST', '/registry-tests', { ...inside, host: 'no-such-host.invalid' });
  await admin.send('POST', '/registries', { ...settings, name: 'Wrong Name' });
  await admin.send('POST', '/registries', `{"signIn":{"password":"very-hidden-password",`);
  await admin.send('PATCH', '/registries/prod', { signIn: settings.signIn, host: 'x y' });
  await anonymous.send('POST', `/notifications/prod/${secret}`, { events: [] });
  await anonymous.send('POST', `/notifications/prod/${secret}x`, { events: [] });
  await anonymous.send('POST', '/notifications/prod', { events: 'x' }, { authorization: `Bearer ${secret}` });

  assert.ok(lines.length >= 9, 'the log was written');
  const text = lines.join('');
  assert.doesNotMatch(text, secrets);
  assert.ok(!text.includes(secret));
});

test('a sign-in is asked for again before it would go to another place', async (t) => {
  const { admin } = await open(t);
  await admin.send('POST', '/registries', settings);
  for (const change of [{ host: 'other.example.com' }, { plainHttp: true }, { certificate }]) {
    for (const [method, path] of [
      ['PATCH', '/registries/prod'],
      ['POST', '/registries/prod/test'],
    ] as const) {
      const answer = await admin.send(method, path, change);
      assert.equal(answer.statusCode, 400, path);
      assert.match(answer.json().detail, /enter its sign-in again/);
    }
  }
  const signIn = { method: 'password', username: 'jo', password: 'another-password' };
  const answer = await admin.send('PATCH', '/registries/prod', { host: 'other.example.com', signIn });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.json().host, 'other.example.com');
  assert.equal(answer.json().hasCertificate, true);
  assert.equal((await admin.send('PATCH', '/registries/prod', { certificate: '' })).json().hasCertificate, false);
});

test('what cannot be is refused in words before anything is kept', async (t) => {
  const { admin } = await open(t);
  const wrong = [
    [{ kind: 'nonsense' }, /There are: acr, ecr/],
    [{ host: 'https://registry.example.com' }, /Write it without https/],
    [{ host: 'registry.example.com/team' }, /without a path/],
    [{ host: 'user:pw@registry.example.com' }, /is not a host/],
    [{ kind: 'acr' }, /azurecr\.io/],
    [
      { kind: 'acr', host: 'example.azurecr.io', signIn: { method: 'entra-managed-identity' }, plainHttp: true },
      /not sent in the clear/,
    ],
    [{ kind: 'ecr', host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com' }, /AWS identity/],
    [{ certificate: 'x' }, /PEM/],
    [{ certificate: '-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----' }, /PEM/],
    [{ certificate: certificate.slice(0, 300) }, /PEM/],
    [{ name: 'Not A Name' }, /name/],
  ] as const;
  for (const [change, message] of wrong) {
    const answer = await admin.send('POST', '/registries', { ...settings, ...change });
    assert.equal(answer.statusCode, 400, JSON.stringify(change));
    assert.match(answer.json().detail, message);
  }
  assert.deepEqual((await admin.get('/registries')).json(), { items: [] });
});

test('each sees the registries and figures of their grants, and changes those that they administer', async (t) => {
  const { admin, as, context } = await open(t);
  const { certificate: _, ...plain } = settings;
  for (const name of ['one', 'two', 'three']) await admin.send('POST', '/registries', { ...plain, name });
  const pushed = new Date('2026-01-02T03:04:05Z');
  const place = (registry: number, repository: string, letter: string, cause: 'crawl' | 'push' = 'crawl') =>
    placeImages(context.store, {
      ...{ registry, host: 'h', repository, at: pushed, cause },
      images: [{ digest: digest(letter), tags: ['1'] }],
    });
  await place(1, 'team/app', 'a');
  await place(1, 'other/app', 'b', 'push');
  await place(2, 'team/app', 'a');

  const everything = (await admin.get('/registries')).json();
  assert.deepEqual(
    everything.items.map((row: { name: string; images: { known: number } }) => [row.name, row.images.known]),
    [
      ['one', 2],
      ['three', 0],
      ['two', 1],
    ],
  );
  const reader = await as([{ role: 'reader', scope: { kind: 'repository', value: 'one/team/*' } }]);
  const visible = (await reader.get('/registries')).json();
  assert.deepEqual([visible.items.length, visible.items[0].name, visible.items[0].images.known], [1, 'one', 1]);
  assert.equal(everything.items[0].lastPush, pushed.toISOString());
  assert.equal(visible.items[0].lastPush, undefined, 'it went to a repository that they do not see');
  const names = (await reader.get('/registries/one/repositories')).json().items;
  assert.deepEqual(
    names.map(({ name }: { name: string }) => name),
    ['team/app'],
  );
  assert.equal((await reader.get('/registries/two')).statusCode, 404);
  assert.equal((await reader.get('/registries/two/repositories')).statusCode, 404);
  assert.equal((await reader.send('POST', '/registries/one/crawl')).statusCode, 403);

  const keeper = await as([{ role: 'admin', scope: { kind: 'registry', value: 'three' } }]);
  assert.equal((await keeper.get('/registries/three')).statusCode, 200);
  assert.equal((await keeper.send('PATCH', '/registries/three', { pollMinutes: 1 })).statusCode, 200);
  assert.equal((await keeper.send('POST', '/registries/three/crawl')).statusCode, 202);
  for (const [method, path, body] of [
    ['PATCH', '/registries/one', {}],
    ['POST', '/registries/one/test', {}],
    ['POST', '/registries/one/crawl', undefined],
    ['POST', '/registries/one/notification-secret', undefined],
  ] as const)
    assert.equal((await keeper.send(method, path, body)).statusCode, 404, path);
  for (const [method, path, body] of [
    ['DELETE', '/registries/three', undefined],
    ['POST', '/registries', settings],
    ['POST', '/registry-tests', settings],
  ] as const)
    assert.equal((await keeper.send(method, path, body)).statusCode, 403, path);
});

test('lists go on where the page before ended', async (t) => {
  const { admin } = await open(t);
  const { certificate: _, ...plain } = settings;
  for (const name of ['a', 'b', 'c']) await admin.send('POST', '/registries', { ...plain, name });
  const first = (await admin.get('/registries?limit=2')).json();
  const second = (await admin.get(`/registries?limit=2&cursor=${first.next}`)).json();
  const names = [...first.items, ...second.items].map(({ name }) => name);
  assert.deepEqual([names, second.next], [['a', 'b', 'c'], undefined]);
});

test('with a registry go its places, and the images that lay nowhere else', async (t) => {
  const { admin, context } = await open(t);
  const { certificate: _, ...plain } = settings;
  for (const name of ['one', 'two']) await admin.send('POST', '/registries', { ...plain, name });
  for (const [registry, letters] of [
    [1, 'ab'],
    [2, 'b'],
  ] as const)
    await placeImages(context.store, {
      ...{ registry, host: 'h', repository: 'app', at: new Date(), cause: 'crawl' },
      images: [...letters].map((letter) => ({ digest: digest(letter), tags: [] })),
    });
  assert.equal((await admin.send('DELETE', '/registries/one')).statusCode, 204);
  assert.equal((await admin.send('DELETE', '/registries/one')).statusCode, 404);
  const images = await context.store.selectFrom('image').select(['digest', 'gone']).orderBy('digest').execute();
  assert.deepEqual(
    images.map(({ gone }) => gone === null),
    [false, true],
  );
});

test('the history of each image that lay in a registry tells once that it was disconnected', async (t) => {
  const { admin, context } = await open(t);
  const { store } = context;
  const { certificate: _, ...plain } = settings;
  for (const name of ['one', 'two']) await admin.send('POST', '/registries', { ...plain, name });
  for (const [registry, repository, letters] of [
    [1, 'app', 'abc'],
    [1, 'mirror/app', 'a'],
    [2, 'app', 'bd'],
  ] as const)
    await placeImages(store, {
      ...{ registry, host: 'h.example', repository, at: new Date(), cause: 'crawl' },
      images: [...letters].map((letter) => ({ digest: digest(letter), tags: [] })),
    });
  const left = { registry: 1, repository: 'app', at: new Date(Date.now() + 1_000) };
  await removeImages(store, left, { digests: [digest('c')] });
  const told = async () => {
    const { items } = await readHistory(store, { change: ['deleted'], limit: 50 }, 'everything');
    return items.map(({ image, text }) => `${image?.at(-1)} ${text.replace(/^.*? was/, 'was')}`).sort();
  };
  const before = ['c was deleted from app.'];

  await store.transaction().execute(async (transaction) => {
    await closeFence(transaction);
    assert.equal((await admin.send('DELETE', '/registries/one')).statusCode, 409);
  });
  assert.deepEqual(await told(), before);
  assert.equal((await admin.get('/registries/one')).json().images.known, 2, 'what is refused changes nothing');

  assert.equal((await admin.send('DELETE', '/registries/one')).statusCode, 204);
  assert.deepEqual(await told(), [
    'a was deleted from one, which was disconnected.',
    'b was deleted from one, which was disconnected.',
    ...before,
  ]);
});

test('settings are tried out step by step, and what fails says what to do', async (t) => {
  const { admin } = await open(t);
  const steps = async (change: object) => {
    const { certificate: _, ...plain } = settings;
    const answer = await admin.send('POST', '/registry-tests', { ...plain, ...change });
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(answer.json().ok, false);
    return answer.json().steps as { step: string; ok: boolean; message: string }[];
  };
  const inside = [
    '127.0.0.1:5000',
    'localhost:5000',
    '[::1]:5000',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '10.1.2.3',
    '2130706433.',
  ];
  for (const host of inside.slice(0, 6)) {
    const [step, ...more] = await steps({ host });
    assert.deepEqual([step?.step, step?.ok, more.length], ['address', false, 0], host);
    assert.match(step?.message ?? '', /network\.allow/, host);
  }
  assert.match((await steps({ host: 'no-such-host.invalid' }))[0]?.message ?? '', /there is no host/);
  assert.match((await steps({ kind: 'harbor', host: 'a b' }))[0]?.message ?? '', /is not a host/);
});
