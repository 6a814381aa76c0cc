import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { uploadedBy } from '../../store/uploads.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';
import { notificationRoutes } from './notifications.ts';
import { registryRoutes } from './registries.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const manifest = 'application/vnd.oci.image.manifest.v1+json';
const now = () => new Date().toISOString();
const hosts: Readonly<Record<string, [host: string, signIn: object]>> = {
  acr: ['example.azurecr.io', { method: 'entra-managed-identity' }],
  ecr: ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', { method: 'aws', region: 'eu-central-1' }],
  'artifact-registry': ['europe-west1-docker.pkg.dev', { method: 'google' }],
  ghcr: ['ghcr.io', { method: 'anonymous' }],
  'docker-hub': ['docker.io', { method: 'anonymous' }],
  harbor: ['harbor.example.com', { method: 'anonymous' }],
  distribution: ['registry.example.com', { method: 'anonymous' }],
};

async function open(t: TestContext, kind: string, more: object = {}, config: object = {}) {
  const server = await startTestServer({ routes: [...registryRoutes, ...notificationRoutes], config });
  t.after(server.close);
  const admin = await server.as('admin');
  const [host, signIn] = hosts[kind] ?? [];
  const made = await admin.send('POST', '/registries', { name: 'prod', kind, host, signIn, ...more });
  assert.equal(made.statusCode, 201, made.body);
  const secret: string = made.json().notificationSecret;
  const send = (
    body: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${secret}` },
    path = '/prod',
  ) => server.anonymous.send('POST', `/notifications${path}`, body, headers);
  return { server, admin, secret, send };
}

/** What lies where, and which scans were asked for. */
async function stateOf({ context }: TestServer) {
  const { rows } = await sql<{
    text: string;
  }>`SELECT repository.name || coalesce(':' || tag.name, '') || '@' || substr(digest, 8, 1) || CASE WHEN deleted IS NULL THEN '' ELSE ' gone' END AS text
    FROM placement JOIN repository ON repository.id = repository JOIN image ON image.id = placement.image
    LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image ORDER BY 1`.execute(
    context.store,
  );
  return { places: rows.map(({ text }) => text), scans: context.asked.filter(({ what }) => what === 'scan').length };
}

const target = (letter: string, tag?: string) => ({
  ...{ mediaType: manifest, digest: digest(letter), repository: 'team/app', size: 1, length: 1 },
  ...(tag !== undefined && { tag }),
});
const event = (action: string, letter: string, tag?: string, id = `${action}-${letter}`) => {
  return { id, timestamp: now(), action, target: target(letter, tag), request: { id: 'r', host: 'h' } };
};
const gridEvent = (type: string, letter: string, id = letter) => ({
  ...{ id, topic: '/subscriptions/x', subject: 'team/app:1', eventType: `Microsoft.ContainerRegistry.${type}` },
  ...{ eventTime: now(), dataVersion: '1.0', metadataVersion: '1' },
  data: event(type === 'ImagePushed' ? 'push' : 'delete', letter, type === 'ImagePushed' ? '1' : undefined),
});
const cloudEvent = (type: string, letter: string) => {
  const { eventType, eventTime, ...rest } = gridEvent(type, letter);
  return { ...rest, specversion: '1.0', type: eventType, source: '/x', time: eventTime };
};
const harborEvent = (type: string, letter: string, tag: string, at = Date.now()) => ({
  ...{ type, occur_at: Math.floor(at / 1000), operator: 'robot$ci' },
  event_data: {
    resources: [{ digest: digest(letter), tag, resource_url: `harbor.example.com/team/app:${tag}` }],
    repository: { date_created: 1, name: 'app', namespace: 'team', repo_full_name: 'team/app', repo_type: 'private' },
  },
});
const ecrEvent = (action: string, letter: string, tag?: string) => ({
  ...{
    version: '0',
    id: `${action}-${letter}`,
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account: '123456789012',
  },
  ...{ time: now(), region: 'eu-central-1', resources: [] },
  detail: {
    ...{ result: 'SUCCESS', 'repository-name': 'team/app', 'image-digest': digest(letter), 'action-type': action },
    ...(tag !== undefined && { 'image-tag': tag }),
  },
});
const pubSub = (data: object, messageId: string) => ({
  message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId, publishTime: now() },
  subscription: 'projects/p/subscriptions/s',
});
const garImage = 'europe-west1-docker.pkg.dev/team/app';

/** What each product sends for a push of `a` under a tag, and for its deletion. */
const products: readonly [what: string, kind: string, push: unknown, remove: unknown][] = [
  ['an ACR webhook', 'acr', event('push', 'a', '1'), event('delete', 'a')],
  ['Event Grid', 'acr', [gridEvent('ImagePushed', 'a')], [gridEvent('ImageDeleted', 'a', 'other')]],
  [
    'Event Grid by CloudEvents',
    'acr',
    cloudEvent('ImagePushed', 'a'),
    [{ ...cloudEvent('ImageDeleted', 'a'), id: 'x' }],
  ],
  [
    'a Distribution envelope',
    'distribution',
    { events: [event('push', 'a', '1')] },
    { events: [event('delete', 'a')] },
  ],
  ['Harbor', 'harbor', harborEvent('PUSH_ARTIFACT', 'a', '1'), harborEvent('DELETE_ARTIFACT', 'a', '1')],
  ['EventBridge', 'ecr', ecrEvent('PUSH', 'a', '1'), ecrEvent('DELETE', 'a')],
  [
    'Pub/Sub',
    'artifact-registry',
    pubSub({ action: 'INSERT', digest: `${garImage}@${digest('a')}`, tag: `${garImage}:1` }, '1'),
    pubSub({ action: 'DELETE', digest: `${garImage}@${digest('a')}` }, '2'),
  ],
];

for (const [what, kind, push, remove] of products) {
  test(`${what} tells of a push and of a deletion, each once`, async (t) => {
    const { server, send } = await open(t, kind);

    for (const _ of [1, 2, 3]) assert.equal((await send(push)).statusCode, 200);
    assert.deepEqual(await stateOf(server), { places: ['team/app:1@a'], scans: 1 });

    for (const _ of [1, 2]) assert.equal((await send(remove)).statusCode, 200);
    assert.deepEqual((await stateOf(server)).places, ['team/app@a gone']);
    // What was pushed before it was deleted, sent once more, brings nothing back.
    await send(push);
    assert.deepEqual(await stateOf(server), { places: ['team/app@a gone'], scans: 1 });
    assert.ok(server.context.told.some((one) => one.kind === 'registry'));
  });
}

test('GitHub signs what it sends; another body, secret or header is refused', async (t) => {
  const { server, secret, send } = await open(t, 'ghcr');
  const payload = (letter: string, tag: string) =>
    JSON.stringify({
      action: 'published',
      registry_package: {
        ...{ name: 'App', namespace: 'Octo', owner: { login: 'Octo' }, package_type: 'CONTAINER', updated_at: now() },
        package_version: {
          version: digest(letter),
          container_metadata: { tag: { name: tag, digest: digest(letter) } },
        },
      },
    });
  const sign = (body: string, key = secret) => ({
    'x-github-event': 'registry_package',
    'x-github-delivery': crypto.randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
  });
  const body = payload('a', '1');

  const wrong: Record<string, string>[] = [
    {},
    { authorization: `Bearer ${secret}` },
    sign(body, 'wrong'),
    { ...sign(body), 'x-hub-signature-256': 'sha256=' },
    sign(payload('b', '1')),
  ];
  for (const headers of wrong)
    assert.equal((await send(body, { 'x-github-event': 'registry_package', ...headers })).statusCode, 401);
  assert.equal((await send(body, {}, `/prod/${secret}`)).statusCode, 401);
  assert.deepEqual(await stateOf(server), { places: [], scans: 0 });

  // The delivery's id is not signed: another id for the same body is the same delivery.
  for (const _ of [1, 2, 3]) assert.equal((await send(body, sign(body))).statusCode, 200);
  assert.deepEqual(await stateOf(server), { places: ['octo/app:1@a'], scans: 1 });
});

test('the secret may be shown as bearer, alone, as basic password or in the path, and must be right', async (t) => {
  const { server, secret, send, admin } = await open(t, 'harbor');
  const basic = (password: string) => `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;
  const body = harborEvent('PUSH_ARTIFACT', 'a', '1');
  for (const authorization of [
    '',
    'Bearer',
    'Bearer x',
    `Bearer ${secret}x`,
    `Bearer ${secret.slice(1)}`,
    basic('x'),
    'null',
    basic(''),
  ])
    assert.equal((await send(body, { authorization })).statusCode, 401, authorization);
  assert.equal((await send(body, {})).statusCode, 401);
  assert.equal((await send(body, {}, '/prod/wrong')).statusCode, 401);
  const unknown = await send(body, { authorization: `Bearer ${secret}` }, '/other');
  const wrong = await send(body, { authorization: 'Bearer wrong' });
  assert.equal(unknown.statusCode, 401);
  assert.equal(unknown.json().detail, wrong.json().detail, 'nobody learns which registries there are');
  assert.deepEqual(await stateOf(server), { places: [], scans: 0 });

  for (const authorization of [`Bearer ${secret}`, secret, basic(secret)])
    assert.equal((await send(body, { authorization })).statusCode, 200, authorization);
  assert.equal((await send(body, {}, `/prod/${secret}`)).statusCode, 200);

  const renewed = (await admin.send('POST', '/registries/prod/notification-secret')).json().secret;
  assert.equal((await send(body)).statusCode, 401, 'the old secret is worth nothing at once');
  assert.equal((await send(body, { authorization: `Bearer ${renewed}` })).statusCode, 200);
});

test('Event Grid gets the answer to its question whether it is wanted, only with the secret', async (t) => {
  const { send, server } = await open(t, 'acr');
  const asked = await server.app.inject({
    method: 'OPTIONS',
    url: '/api/v1/notifications/prod',
    headers: { 'webhook-request-origin': 'eventgrid.azure.net', 'webhook-request-rate': '120' },
  });
  assert.deepEqual([asked.statusCode, asked.headers['webhook-allowed-origin']], [200, 'eventgrid.azure.net']);
  const question = [
    {
      id: '1',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: 'abc', validationUrl: 'https://169.254.169.254/' },
    },
  ];
  assert.deepEqual((await send(question)).json(), { validationResponse: 'abc' });
  assert.equal((await send(question, {})).statusCode, 401);
});

test('filters hold for what is pushed; blobs, pulls, signatures, tests and other kinds of events do nothing', async (t) => {
  const { server, send } = await open(t, 'distribution', {
    include: ['team/**'],
    exclude: ['team/old/*'],
    tags: ['v*', '1*'],
  });
  const at = (repository: string, letter: string, tag?: string) => {
    const one = event('push', letter, tag, `${repository}-${letter}-${tag}`);
    return { ...one, target: { ...one.target, repository } };
  };
  const events = [
    ...[at('team/app', 'a', 'v1'), at('team/app', 'b', 'latest'), at('team/app', 'c'), at('other/app', 'd', 'v1')],
    ...[at('team/old/app', 'e', 'v1'), at('team/app', 'f', `sha256-${'a'.repeat(64)}.sig`), event('pull', '1', 'v1')],
    ...[
      event('mount', '2', 'v1'),
      { ...event('push', '3', 'v1'), target: { ...target('3'), mediaType: 'application/octet-stream' } },
    ],
    ...[{ id: 'x', timestamp: now(), action: 'ping' }, at('../../admin', '4', 'v1'), at('team/a b', '5', 'v1')],
    ...[{ ...event('push', '6', 'v1'), target: { ...target('6', 'v1'), digest: 'sha256:short' } }],
    ...[{ ...event('push', '7', 'v 1', 'seven') }],
  ];
  assert.equal((await send({ events })).statusCode, 200);
  assert.deepEqual(await stateOf(server), { places: ['team/app:v1@a'], scans: 1 });
});

test('news out of time are somebody’s repetition, and do nothing', async (t) => {
  const { server, send } = await open(t, 'harbor');
  for (const at of [Date.now() - 8 * 86_400_000, Date.now() + 3_600_000, 0])
    assert.equal((await send(harborEvent('PUSH_ARTIFACT', 'a', '1', at))).statusCode, 200);
  assert.deepEqual(await stateOf(server), { places: [], scans: 0 });
});

test('what is no notification of that product, too large or too much is refused', async (t) => {
  const { server, send } = await open(t, 'distribution');
  for (const body of [
    {},
    [],
    { events: 'x' },
    { events: [{ id: 1 }] },
    harborEvent('PUSH_ARTIFACT', 'a', '1'),
    'null',
    '"x"',
  ])
    assert.equal((await send(body)).statusCode, 400, JSON.stringify(body));
  assert.equal((await send('{"events":[')).statusCode, 400);
  assert.equal((await send(`{"events":[],"x":"${'x'.repeat(1_100_000)}"}`)).statusCode, 413);
  const many = Array.from({ length: 1_001 }, (_, at) => ({ ...event('push', 'a', '1', `e${at}`), request: undefined }));
  assert.equal((await send({ events: many })).statusCode, 413);
  assert.deepEqual(await stateOf(server), { places: [], scans: 0 });
});

test('a flood of forged and repeated notifications leaves one image, one scan and a bounded line', async (t) => {
  const { server, send } = await open(t, 'distribution', {}, {});
  const real = { events: [event('push', 'a', '1')] };
  await send(real);
  const before = await stateOf(server);
  const began = performance.now();
  const statuses = new Map<number, number>();
  for (let batch = 0; batch < 10; batch++) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        at % 2
          ? send(real)
          : send({ events: [event('push', 'f', 'x', `${batch}-${at}`)] }, { authorization: `Bearer ${at}` }),
      ),
    );
    for (const { statusCode } of answers) statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
  }
  assert.deepEqual([...statuses.keys()].sort(), [200, 401]);
  assert.equal(statuses.get(401), 500);
  assert.deepEqual(await stateOf(server), before);
  assert.ok(performance.now() - began < 20_000);
});

test('more of a registry than the configuration takes a minute is sent away, with a time to come back', async (t) => {
  const rate = { requestsPerMinute: 30_000, signInsPerMinute: 20, notificationsPerMinute: 3 };
  const { send } = await open(t, 'distribution', {}, { rate });
  const answers = [];
  for (let at = 0; at < 5; at++) answers.push(await send({ events: [event('push', 'a', '1', `e${at}`)] }));
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200, 429, 429],
  );
  assert.ok(Number(answers[4]?.headers['retry-after']) > 0);
});

test('an image that was looked through already is not looked through again', async (t) => {
  const { server, send } = await open(t, 'distribution');
  await send({ events: [event('push', 'a', '1')] });
  await server.context.store.updateTable('image').set({ state: 'scanned' }).execute();
  await send({ events: [event('push', 'a', '2', 'again')] });
  assert.deepEqual(await stateOf(server), { places: ['team/app:1@a', 'team/app:2@a'], scans: 1 });
});

test('an image that only a build pipeline sent a scan of is looked through when its registry tells of it', async (t) => {
  const { server, send } = await open(t, 'distribution');
  await send({ events: [event('push', 'a', '1')] });
  const { store } = server.context;
  await store
    .updateTable('image')
    .set({ state: 'scanned', scanner: uploadedBy('1.0.0') })
    .execute();

  await send({ events: [event('push', 'a', '2', 'again')] });

  assert.equal((await stateOf(server)).scans, 2);
});
