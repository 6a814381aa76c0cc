import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { connectRegistry } from '../../src/server/registries/connect-registry.ts';
import type { DiscoveryStep } from '../../src/server/registries/discover.ts';
import { openRegistryImage } from '../../src/server/registries/open-registry-image.ts';
import { targetOf } from '../../src/server/registries/registry-target.ts';
import { notificationRoutes } from '../../src/server/routes/notifications.ts';
import { registryRoutes } from '../../src/server/routes/registries.ts';
import { startTestServer, type TestServer } from '../../src/server/testing/start-test-server.ts';
import { findRegistry } from '../../src/store/registries.ts';
import { freePort, untilListening } from '../support/loopback.ts';
import { pushArchive, pushBlob, pushManifest } from '../support/push-to-registry.ts';
import { sha256 } from '../support/tar.ts';
import { until } from '../support/until.ts';
import { unpackExample } from './example-image.ts';
import { needs, run, start } from './programs.ts';
import { makeCertificate, password, startRegistry, startTokenServer } from './real-registry.ts';

/** The server's registries against real ones on loopback, which its configuration allows. */
const { work, archive } = unpackExample();

test(
  'a registry with token sign-in is tried out, looked through and pulled from, and tells of pushes and deletions',
  needs('docker-registry', 'skopeo', 'openssl'),
  async (t) => {
    const server = await startServer(t);
    const tokens = await startTokenServer(t, work);
    // Host and secret are known only once the registry is connected; its configuration needs them before it starts.
    const port = await freePort();
    const secret = await connect(server, `127.0.0.1:${port}`);
    const endpoint = {
      ...{ name: 'breakwater', url: `${server.url}/api/v1/notifications/prod`, timeout: '5s', threshold: 3 },
      ...{ backoff: '1s', headers: { Authorization: [`Bearer ${secret}`] } },
    };
    const configuration = {
      auth: { token: tokens.configuration },
      storage: { inmemory: {}, delete: { enabled: true } },
      notifications: { endpoints: [endpoint] },
    };
    const { host } = await startRegistry(t, work, configuration, { port });
    await pushArchive(archive, host, 'private/alpine:1', ['--dest-creds', `jo:${password}`]);

    await until(async () => (await placesOf(server)).length > 0);
    const [place] = await placesOf(server);
    assert.match(place ?? '', /^private\/alpine:1@sha256:[0-9a-f]{64}$/);
    const digest = place?.split('@')[1] ?? '';
    assert.deepEqual(server.test.context.asked.filter(({ what }) => what === 'scan').length, 1, 'blobs are no images');

    const tried = await server.admin.send('POST', '/registries/prod/test', {});
    assert.deepEqual(
      tried.json().steps.map(({ step, ok }: { step: string; ok: boolean }) => `${step} ${ok}`),
      ['address true', 'connect true', 'sign-in true', 'catalogue true', 'pull true'],
      tried.body,
    );
    const wrong = { signIn: { method: 'password', username: 'jo', password: 'wrong' } };
    const refused = (await server.admin.send('POST', '/registries/prod/test', wrong)).json().steps.at(-1);
    assert.deepEqual([refused.step, refused.ok], ['sign-in', false]);
    assert.match(refused.message, /does not let "jo"/);

    await pushArchive(archive, host, 'private/other:2', ['--dest-creds', `jo:${password}`]);
    const steps = await lookThrough(t, server);
    assert.deepEqual(
      steps.map(({ repository, images }) => [repository, images.map((image) => [image.digest === digest, image.tags])]),
      [
        ['private/alpine', [[true, ['1']]]],
        ['private/other', [[true, ['2']]]],
      ],
    );
    const pull = await connected(t, server).then((registry) => registry.pullTarget('private/alpine'));
    const image = await openRegistryImage(JSON.parse(JSON.stringify(pull)), digest);
    t.after(image.close);
    assert.equal(image.manifestDigest, digest);
    await assert.rejects(openRegistryImage({ ...pull, credentials: undefined }, digest), {
      code: 'AUTHENTICATION_FAILED',
    });
    await assert.rejects(openRegistryImage({ ...pull, allow: [] }, digest), { code: 'ADDRESS_REFUSED' });

    await run('skopeo', [
      'delete',
      '--tls-verify=false',
      '--creds',
      `jo:${password}`,
      `docker://${host}/private/alpine:1`,
    ]);
    await until(async () => !(await placesOf(server)).some((one) => one.startsWith('private/alpine')));
    assert.equal((await placesOf(server)).length, 1);
  },
);

test(
  'a registry with a certificate of one’s own says so, and is trusted once that is entered',
  needs('docker-registry', 'openssl'),
  async (t) => {
    const tls = await makeCertificate(work, 'registry.test');
    const { host } = await startRegistry(t, work, {}, { tls });
    const { admin } = await startServer(t);
    const settings = { name: 'tried', kind: 'distribution', host };
    const lastOf = async (more: object) =>
      (await admin.send('POST', '/registry-tests', { ...settings, ...more })).json().steps.at(-1);

    const untrusted = await lastOf({});
    assert.deepEqual([untrusted.step, untrusted.ok], ['tls', false]);
    assert.match(untrusted.message, /is not trusted .*enter the authority's certificate/);
    const plain = await lastOf({ plainHttp: true });
    assert.deepEqual([plain.step, plain.ok], ['sign-in', false]);
    const trusted = await lastOf({ certificate: readFileSync(tls.certificate, 'utf8') });
    assert.deepEqual([trusted.step, trusted.ok, trusted.message], ['catalogue', true, 'It lists no image yet.']);
    const closed = await lastOf({ host: `127.0.0.1:${await freePort()}` });
    assert.deepEqual([closed.step, closed.ok], ['connect', false]);
    assert.match(closed.message, /nothing accepts connections/);
  },
);

test(
  'a registry with referrers is listed by the tags that are wanted, and nothing that was attached comes along',
  needs('skopeo'),
  async (t) => {
    const program = join(work, 'referrers');
    const source = new URL('../registries/referrers', import.meta.url).pathname;
    const failure = await run('go', ['build', '-C', source, '-o', program, '.']).then(
      () => '',
      (error: Error) => error.message,
    );
    // No distribution's Go is new enough everywhere, and its modules come from the network.
    if (failure) return t.skip(`the registry could not be built, which takes Go 1.24 and its modules: ${failure}`);
    const port = await freePort();
    start(t, program, [`127.0.0.1:${port}`]);
    await untilListening({ port });
    const host = `127.0.0.1:${port}`;
    const server = await startServer(t);
    await connect(server, host, { signIn: { method: 'anonymous' }, tags: ['1*'] });
    for (const tag of ['1', '1.1', 'latest']) await pushArchive(archive, host, `team/app:${tag}`, ['--format', 'oci']);
    const [before] = await lookThrough(t, server);
    const digest = before?.images[0]?.digest ?? '';
    await attach(host, 'team/app', digest);

    const [step] = await lookThrough(t, server);

    assert.deepEqual(step?.images, [
      { digest, tags: ['1'] },
      { digest, tags: ['1.1'] },
    ]);
    const { manifests } = (await (await fetch(`http://${host}/v2/team/app/referrers/${digest}`)).json()) as {
      manifests: object[];
    };
    assert.equal(manifests.length, 1, 'the signature is there');
  },
);

interface RunningServer {
  readonly test: TestServer;
  readonly url: string;
  readonly admin: Awaited<ReturnType<TestServer['as']>>;
}

async function startServer(t: TestContext): Promise<RunningServer> {
  const config = { network: { allow: ['127.0.0.1'], proxies: [] } };
  const server = await startTestServer({ routes: [...registryRoutes, ...notificationRoutes], config });
  t.after(server.close);
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
  return { test: server, url, admin: await server.as('admin') };
}

/** Answers the secret of its notifications. */
async function connect({ admin }: RunningServer, host: string, more: object = {}): Promise<string> {
  const signIn = { method: 'password', username: 'jo', password };
  const settings = { name: 'prod', kind: 'distribution', host, plainHttp: true, signIn, ...more };
  const made = await admin.send('POST', '/registries', settings);
  assert.equal(made.statusCode, 201, made.body);
  return made.json().notificationSecret;
}

async function connected(t: TestContext, { test: { context } }: RunningServer) {
  const row = await findRegistry(context.store, 'prod');
  assert.ok(row);
  const registry = await connectRegistry(targetOf(row, context.seal, context.config.network.allow));
  t.after(registry.close);
  return registry;
}

async function lookThrough(t: TestContext, server: RunningServer): Promise<DiscoveryStep[]> {
  const steps: DiscoveryStep[] = [];
  for await (const step of (await connected(t, server)).discover()) steps.push(step);
  return steps;
}

async function placesOf({ test: { context } }: RunningServer): Promise<string[]> {
  const { rows } = await sql<{
    text: string;
  }>`SELECT repository.name || coalesce(':' || tag.name, '') || '@' || digest AS text
    FROM placement JOIN repository ON repository.id = repository JOIN image ON image.id = placement.image
    LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image
    WHERE deleted IS NULL ORDER BY 1`.execute(context.store);
  return rows.map(({ text }) => text);
}

/** Attaches something to an image, by subject and by the tag of older tools. */
async function attach(host: string, repository: string, digest: string): Promise<void> {
  const empty = Buffer.from('{}');
  await pushBlob(host, repository, empty);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const config = { mediaType: 'application/vnd.dev.cosign.artifact.sig.v1+json', digest: sha256(empty), size: 2 };
  const subject = { mediaType, digest, size: 1 };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [], subject });
  await pushManifest(host, repository, `${digest.replace(':', '-')}.sig`, manifest);
}
