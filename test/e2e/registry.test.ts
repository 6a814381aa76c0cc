import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Image } from '../../src/images/image.ts';
import type { OpenOptions, RegistryOptions } from '../../src/images/image-source.ts';
import { defaultLimits } from '../../src/images/limits.ts';
import { readLayer } from '../../src/images/read-layer.ts';
import { podman } from '../../src/images/sources/podman.ts';
import { registry } from '../../src/images/sources/registry.ts';
import { listenOnLoopback, untilListening } from '../support/loopback.ts';
import { pushArchive } from '../support/push-to-registry.ts';
import { unpackExample } from './example-image.ts';
import { needs, run, setVariable, start } from './programs.ts';
import { hashOfPassword, makeCertificate, password, startRegistry, startTokenServer } from './real-registry.ts';

/** Debian's docker-registry, skopeo and Podman against each other and us, all on loopback. */
const { work, archive } = unpackExample();

test(
  'an image pushed by skopeo is read to its last byte, in both formats, by tag and by digest',
  needs('docker-registry', 'skopeo'),
  async (t) => {
    const { host } = await startRegistry(t, work);
    for (const format of ['oci', 'v2s2']) {
      await pushArchive(archive, host, `team/alpine:${format}`, ['--format', format]);

      const image = await open(t, `${host}/team/alpine:${format}`);
      const pinned = await open(t, `${host}/team/alpine@${image.manifestDigest}`);

      await assertIsAlpine(image);
      await assertIsAlpine(pinned);
      const inspected = JSON.parse(
        await run('skopeo', ['inspect', '--tls-verify=false', `docker://${host}/team/alpine:${format}`]),
      );
      assert.equal(image.manifestDigest, inspected.Digest);
      assert.deepEqual(
        image.layers.map(({ blobDigest }) => blobDigest),
        inspected.Layers,
      );
    }
  },
);

test('an index pushed by skopeo gives each of its platforms', needs('docker-registry', 'skopeo'), async (t) => {
  const { host } = await startRegistry(t, work);
  const layout = await makeIndexLayout(['amd64', 'arm64']);
  await run('skopeo', [
    'copy',
    '--quiet',
    '--all',
    '--dest-tls-verify=false',
    `oci:${layout}`,
    `docker://${host}/multi:1`,
  ]);

  for (const architecture of ['amd64', 'arm64']) {
    const image = await open(t, `${host}/multi:1`, { platform: { os: 'linux', architecture } });
    assert.equal(image.platform.architecture, architecture);
    await assertIsAlpine(image);
  }
  await assert.rejects(open(t, `${host}/multi:1`, { platform: { os: 'linux', architecture: 's390x' } }), {
    code: 'PLATFORM_NOT_FOUND',
    message: /it has: linux\/amd64, linux\/arm64/,
  });
});

test(
  'a missing tag and a missing repository are told apart from a refusal',
  needs('docker-registry', 'skopeo'),
  async (t) => {
    const { host } = await startRegistry(t, work);
    await pushArchive(archive, host, 'team/alpine:1');

    await assert.rejects(open(t, `${host}/team/alpine:2`), { code: 'IMAGE_NOT_FOUND', message: /MANIFEST_UNKNOWN/ });
    await assert.rejects(open(t, `${host}/team/other:1`), { code: 'IMAGE_NOT_FOUND' });
  },
);

test(
  'basic authentication works with what skopeo stored, and says what is wrong without it',
  needs('docker-registry', 'skopeo'),
  async (t) => {
    const passwords = join(work, 'htpasswd');
    writeFileSync(passwords, `jo:${hashOfPassword}\n`);
    const { host } = await startRegistry(t, work, { auth: { htpasswd: { realm: 'test', path: passwords } } });
    const config = join(work, 'docker');
    mkdirSync(config);
    await run('skopeo', [
      'login',
      '--tls-verify=false',
      '--authfile',
      join(config, 'config.json'),
      '-u',
      'jo',
      '-p',
      password,
      host,
    ]);
    await pushArchive(archive, host, 'private/alpine:1', ['--dest-creds', `jo:${password}`]);

    await assertIsAlpine(await open(t, `${host}/private/alpine:1`, { dockerConfigDirectory: config }));
    await assertIsAlpine(await open(t, `${host}/private/alpine:1`, { username: 'jo', password }));
    await assert.rejects(open(t, `${host}/private/alpine:1`, { username: 'jo', password: 'wrong' }), {
      code: 'AUTHENTICATION_FAILED',
      message: /does not let "jo"/,
    });
    await assert.rejects(open(t, `${host}/private/alpine:1`), {
      code: 'AUTHENTICATION_FAILED',
      message: /docker login/,
    });
  },
);

test(
  'tokens of a token server are accepted by the registry',
  needs('docker-registry', 'skopeo', 'openssl'),
  async (t) => {
    const tokens = await startTokenServer(t, work);
    const { host } = await startRegistry(t, work, { auth: { token: tokens.configuration } });
    await pushArchive(archive, host, 'open/alpine:1', ['--dest-creds', `jo:${password}`]);
    await pushArchive(archive, host, 'private/alpine:1', ['--dest-creds', `jo:${password}`]);

    await assertIsAlpine(await open(t, `${host}/open/alpine:1`));
    await assertIsAlpine(await open(t, `${host}/private/alpine:1`, { username: 'jo', password }));
    await assert.rejects(open(t, `${host}/private/alpine:1`), {
      code: 'AUTHENTICATION_FAILED',
      message: /without signing in/,
    });
    await assert.rejects(open(t, `${host}/private/alpine:1`, { username: 'jo', password: 'wrong' }), {
      code: 'AUTHENTICATION_FAILED',
      message: /"jo"/,
    });
  },
);

test(
  'TLS needs an authority that is trusted, and goes through a proxy',
  needs('docker-registry', 'skopeo', 'openssl'),
  async (t) => {
    const tls = await makeCertificate(work, 'registry.test');
    const { host, port } = await startRegistry(t, work, {}, { tls });
    await run('skopeo', [
      'copy',
      '--quiet',
      '--dest-tls-verify=false',
      `docker-archive:${archive}`,
      `docker://${host}/alpine:1`,
    ]);

    await assertIsAlpine(await open(t, `${host}/alpine:1`, { plainHttp: false, caFile: tls.certificate }));
    await assert.rejects(open(t, `${host}/alpine:1`, { plainHttp: false }), {
      code: 'REGISTRY_FAILED',
      message: /certificate of .* is not trusted .*--ca-file/,
    });
    await assert.rejects(open(t, `${host}/alpine:1`), {
      message: /HTTP request to an HTTPS server.*Leave --plain-http out/,
    });

    const proxy = await startProxy(t, port);
    setVariable(t, 'HTTPS_PROXY', `http://me:secret@${proxy.host}`);
    await assertIsAlpine(await open(t, 'registry.test/alpine:1', { plainHttp: false, caFile: tls.certificate }));
    assert.deepEqual(
      new Set(proxy.asked),
      new Set([`registry.test:443 Basic ${Buffer.from('me:secret').toString('base64')}`]),
    );
  },
);

test('an image that Podman holds is read from its socket', needs('podman'), async (t) => {
  const storage = ['--root', join(work, 'root'), '--runroot', join(work, 'runroot'), '--storage-driver', 'vfs'];
  await run('podman', [...storage, 'load', '--quiet', '--input', archive]);
  const socket = join(work, 'podman.sock');
  start(t, 'podman', [...storage, 'system', 'service', '--time=0', `unix://${socket}`]);
  await untilListening({ path: socket });

  const [name = ''] = (await run('podman', [...storage, 'images', '--format', '{{.Repository}}:{{.Tag}}'])).split('\n');
  // Only now: Podman itself would take it for the place of a remote engine.
  setVariable(t, 'CONTAINER_HOST', `unix://${socket}`);
  const image = (await podman.open(name, options({}))) as Image;
  t.after(image.close);

  await assertIsAlpine(image);
  await assert.rejects(podman.open('no/such:image', options({})), { code: 'IMAGE_NOT_FOUND' });
});

async function assertIsAlpine(image: Image): Promise<void> {
  const releases: string[] = [];
  for (const layer of image.layers) {
    const wish = (path: string) =>
      path === 'etc/alpine-release'
        ? { onlyExecutables: false, read: (file: { bytes: () => Buffer }) => releases.push(file.bytes().toString()) }
        : undefined;
    const limits = { limits: defaultLimits, deadline: Date.now() + 60_000, verified: false };
    const reading = await readLayer(layer, wish, limits);
    assert.deepEqual(reading.problems, []);
    assert.ok(reading.complete);
  }
  assert.match(releases.join(), /^3\.10\.\d+\n$/);
}

function options({ platform, signal: _, ...changes }: Partial<RegistryOptions> & Partial<OpenOptions>): OpenOptions {
  const registryOptions = { plainHttp: true, timeoutMs: 10_000, retries: 2, dockerConfigDirectory: work, ...changes };
  return { platform: platform ?? { os: 'linux', architecture: 'amd64' }, registry: registryOptions };
}

async function open(t: TestContext, reference: string, changes: Parameters<typeof options>[0] = {}): Promise<Image> {
  const image = (await registry.open(reference, options(changes))) as Image;
  t.after(image.close);
  return image;
}

/** An OCI layout whose index lists the example once per architecture. */
async function makeIndexLayout(architectures: readonly string[]): Promise<string> {
  const layout = join(work, 'layout');
  await run('skopeo', ['copy', '--quiet', `docker-archive:${archive}`, `oci:${layout}:one`]);
  const read = (digest: string) => JSON.parse(readFileSync(join(layout, 'blobs', ...digest.split(':')), 'utf8'));
  const write = (mediaType: string, value: object) => {
    const content = JSON.stringify(value);
    const hex = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(layout, 'blobs', 'sha256', hex), content);
    return { mediaType, digest: `sha256:${hex}`, size: content.length };
  };
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
  const manifest = read(manifests[0].digest);
  const entries = architectures.map((architecture) => {
    const config = write(manifest.config.mediaType, { ...read(manifest.config.digest), architecture });
    const platform = { os: 'linux', architecture };
    return { ...write('application/vnd.oci.image.manifest.v1+json', { ...manifest, config }), platform };
  });
  const index = write('application/vnd.oci.image.index.v1+json', { schemaVersion: 2, manifests: entries });
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
  return layout;
}

/** A proxy that makes tunnels, all of them to one port here. */
async function startProxy(t: TestContext, port: number) {
  const asked: string[] = [];
  const server = createHttpServer();
  server.on('connect', ({ url, headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization']}`);
    const target = connect({ host: '127.0.0.1', port }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [socket, target]) end.on('error', () => {});
    t.after(() => target.destroy());
  });
  t.after(() => server.close());
  return { host: `127.0.0.1:${await listenOnLoopback(server)}`, asked };
}
