import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { digestOf } from '../../lib/digest.ts';
import type { OpenOptions } from '../image-source.ts';
import { docker } from './docker.ts';
import { podman } from './podman.ts';

const options: OpenOptions = {
  platform: { os: 'linux', architecture: 'amd64' },
  registry: { plainHttp: false, timeoutMs: 1000, retries: 0 },
};

const layer = tar({ 'etc/os-release': 'ID=test\n' });
const config = JSON.stringify({ os: 'linux', architecture: 'arm64', rootfs: { diff_ids: [digestOf(layer)] } });
const archive = tar({
  'layer.tar': layer,
  'config.json': config,
  'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'] }]),
});

/** A ustar archive; enough of one for an image. */
function tar(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const { DOCKER_HOST, CONTAINER_HOST, TMPDIR } = process.env;
const before = { DOCKER_HOST, CONTAINER_HOST, TMPDIR };
const temporary = tmpdir();

/** An engine behind a socket, and a directory for temporary files to be watched. */
async function startEngine(t: TestContext, listener: RequestListener) {
  const directory = mkdtempSync(join(temporary, 'breakwater-test-'));
  const socket = join(directory, 'engine.sock');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  Object.assign(process.env, { DOCKER_HOST: `unix://${socket}`, CONTAINER_HOST: socket, TMPDIR: directory });
  t.after(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { left: () => readdirSync(directory).filter((name) => name !== 'engine.sock') };
}

test('an image of an engine is exported to a file that lives as long as the image', async (t) => {
  const asked: string[] = [];
  const { left } = await startEngine(t, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(archive);
  });

  for (const source of [docker, podman]) {
    const image = await source.open('team/app:1', options);

    assert.equal(image.kind, 'image');
    if (image.kind !== 'image') return;
    assert.equal(image.reference, 'team/app:1');
    assert.equal(image.configDigest, digestOf(config));
    assert.deepEqual(image.platform, { os: 'linux', architecture: 'arm64' });
    assert.deepEqual(
      image.layers.map(({ diffID }) => diffID),
      [digestOf(layer)],
    );
    assert.equal(image.fileIdentity, undefined, 'a temporary file is nobody to be recognised');
    const [blob] = image.layers.map((one) => one.blob);
    assert.ok(blob?.kind === 'file' && existsSync(blob.path));
    await image.close();
    assert.deepEqual(left(), []);
  }
  assert.deepEqual(asked, ['GET /images/team/app:1/get', 'GET /images/team/app:1/get']);
});

test('an engine without the image, in trouble or gone half-way ends in a message and leaves no file', async (t) => {
  const cases: readonly (readonly [string, RequestListener, string, RegExp])[] = [
    [
      'none',
      (_, response) => response.writeHead(404).end('{"message":"No such image: none:latest"}'),
      'IMAGE_NOT_FOUND',
      /Docker has no image none\. See "docker images".*registry:NAME/,
    ],
    [
      'trouble',
      (_, response) => response.writeHead(500).end('{"message":"layer\\u001b[2J missing"}'),
      'INPUT_UNREADABLE',
      /could not export trouble: 500 layer \[2J missing.*docker save -o image\.tar trouble/,
    ],
    [
      'broken',
      (_, response) => {
        response.write(archive.subarray(0, 700), () => setTimeout(() => response.destroy(), 20));
      },
      'INPUT_UNREADABLE',
      /Could not export broken from Docker/,
    ],
    ['nonsense', (_, response) => response.end('nonsense'), 'ARCHIVE_CORRUPT', /Docker's nonsense/],
  ];

  for (const [name, listener, code, message] of cases) {
    const { left } = await startEngine(t, listener);
    await assert.rejects(docker.open(name, options), (error: Error & { code?: string }) => {
      assert.match(error.message, message);
      assert.equal(error.code, code, error.message);
      assert.doesNotMatch(error.message, /breakwater-/, 'the temporary file is nothing to people');
      return true;
    });
    assert.deepEqual(left(), [], name);
  }
});

test('a name that could lead elsewhere is never asked for', async (t) => {
  const { left } = await startEngine(t, () => assert.fail('asked'));

  for (const name of [
    '',
    '../version',
    'a/../b',
    'a?x=y',
    'a#b',
    'a b',
    '/a',
    'a//b',
    'a/',
    'a\r\nb',
    'x'.repeat(2000),
  ]) {
    await assert.rejects(docker.open(name, options), { code: 'USAGE' }, name);
  }
  assert.deepEqual(left(), []);
});

test('without a socket the message says where it was looked for and what to do', async (t) => {
  await startEngine(t, () => {});

  process.env.DOCKER_HOST = 'unix:///nowhere/docker.sock';
  await assert.rejects(docker.open('app', options), {
    code: 'INPUT_UNREADABLE',
    message: /no socket at \/nowhere\/docker\.sock\. Start Docker, or set DOCKER_HOST/,
  });
  process.env.DOCKER_HOST = 'tcp://10.0.0.1:2375';
  await assert.rejects(docker.open('app', options), {
    code: 'INPUT_UNREADABLE',
    message: /only Unix sockets.*docker save/,
  });
});
