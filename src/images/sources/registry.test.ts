import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { directoryFor, open, readLayers, registryFor } from '../registry/testing/open-for-test.ts';
import {
  descriptorOf,
  docker,
  documentOf,
  makeImage,
  makeIndex,
  oci,
  type TestImage,
} from '../registry/testing/test-image.ts';
import { registry } from './registry.ts';

for (const [name, types] of Object.entries({ oci, docker })) {
  test(`an image in the ${name} format is opened and its layers stream`, async (t) => {
    const server = await registryFor(t);
    const history = [{ created_by: 'COPY a' }, { created_by: 'ENV x', empty_layer: true }, { created_by: 'RUN b' }];
    const pushed = makeImage({ types, history });
    server.push(pushed, '1.0');

    const image = await open(t, `${server.host}/team/app:1.0`);

    assert.equal(image.reference, `${server.host}/team/app:1.0`);
    assert.equal(image.manifestDigest, pushed.manifest.digest);
    assert.equal(image.configDigest, pushed.config.digest);
    assert.deepEqual(image.platform, { os: 'linux', architecture: 'amd64' });
    assert.deepEqual(
      image.layers.map(({ diffID, blobDigest, createdBy }) => ({ diffID, blobDigest, createdBy })),
      pushed.layers.map(({ digest }, at) => ({
        diffID: pushed.diffIDs[at],
        blobDigest: digest,
        createdBy: ['COPY a', 'RUN b'][at],
      })),
    );
    assert.deepEqual(
      await readLayers(image),
      pushed.layers.map(({ digest }) => digest),
    );
    assert.deepEqual(
      await readLayers(image),
      pushed.layers.map(({ digest }) => digest),
      'each opening starts anew',
    );
  });
}

test('layers wait until they are read', async (t) => {
  const server = await registryFor(t);
  server.push(makeImage(), 'latest');

  await open(t, `${server.host}/team/app`);

  assert.equal(server.seen.length, 2, 'manifest and configuration');
});

test('a digest pins the image whatever the tag beside it says', async (t) => {
  const server = await registryFor(t);
  const pushed = makeImage();
  server.push(pushed);
  const { digest } = pushed.manifest;

  for (const pin of [`@${digest}`, `:no-such-tag@${digest}`]) {
    assert.equal((await open(t, `${server.host}/team/app${pin}`)).manifestDigest, digest);
  }
});

for (const [name, types] of Object.entries({ oci, docker })) {
  test(`an index in the ${name} format gives the platform asked for and never an attestation`, async (t) => {
    const server = await registryFor(t);
    const platforms = [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ];
    const images = platforms.map((platform) =>
      makeImage({ types, platform, layers: [Buffer.from(platform.architecture)] }),
    );
    const attestation = {
      ...descriptorOf(documentOf({ schemaVersion: 2 }, types.manifest)),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    for (const image of images) server.push(image);
    const entries = images.map((image, at) => ({ ...descriptorOf(image.manifest), platform: platforms[at] }));
    server.store(makeIndex([attestation, ...entries], types), 'multi');

    for (const [at, platform] of platforms.entries()) {
      const image = await open(t, `${server.host}/team/app:multi`, { platform });
      assert.equal(image.manifestDigest, images[at]?.manifest.digest);
      assert.deepEqual(image.platform, platform);
      assert.deepEqual(image.otherPlatforms, [['linux/arm64/v8'], ['linux/amd64']][at]);
    }
    await assert.rejects(
      open(t, `${server.host}/team/app:multi`, { platform: { os: 'linux', architecture: 's390x' } }),
      {
        code: 'PLATFORM_NOT_FOUND',
        message: /no image for linux\/s390x; it has: linux\/amd64, linux\/arm64\/v8\..*--platform/,
      },
    );
  });
}

test('who would rather have any platform than none gets the first of an index without the usual one', async (t) => {
  const server = await registryFor(t);
  const platforms = ['arm64', 's390x'].map((architecture) => ({ os: 'linux', architecture }));
  const images = platforms.map((platform) => makeImage({ platform, layers: [Buffer.from(platform.architecture)] }));
  for (const image of images) server.push(image);
  const entries = images.map((image, at) => ({ ...descriptorOf(image.manifest), platform: platforms[at] }));
  server.store(makeIndex(entries), 'others');
  const usual = { os: 'linux', architecture: 'amd64' };

  await assert.rejects(open(t, `${server.host}/team/app:others`, { platform: usual }), { code: 'PLATFORM_NOT_FOUND' });
  const image = await open(t, `${server.host}/team/app:others`, { platform: usual, orAnyPlatform: true });
  assert.deepEqual(image.platform, platforms[0]);
});

test('entries that state no platform are asked, and stated ones come first', async (t) => {
  const server = await registryFor(t);
  const platforms = ['arm64', 'amd64', 's390x'].map((architecture) => ({ os: 'linux', architecture }));
  const images = platforms.map((platform) => makeImage({ platform, layers: [Buffer.from(platform.architecture)] }));
  for (const image of images) server.push(image);
  const [arm, amd, z] = images.map(({ manifest }) => descriptorOf(manifest)) as [object, object, object];
  const attestation = makeImage({ platform: { os: 'unknown', architecture: 'unknown' }, layers: [Buffer.from('{}')] });
  const chart = makeImage({ types: { ...oci, config: 'application/vnd.cncf.helm.config.v1+json' } });
  for (const image of [attestation, chart]) server.push(image);
  const beside = [attestation, chart].map(({ manifest }) => descriptorOf(manifest));
  const empty = { platform: { os: '', architecture: '' } };
  server.store(makeIndex([...beside, arm, { ...amd, ...empty }, { ...z, platform: null }]), 'none');
  server.store(makeIndex([arm, { ...amd, platform: platforms[1] }]), 'some');
  server.store(makeIndex([...beside, arm, arm]), 'single');
  server.store(makeIndex(beside), 'nothing');

  const opened = async (tag: string, architecture: string) => {
    const image = await open(t, `${server.host}/team/app:${tag}`, { platform: { os: 'linux', architecture } });
    return [image.platform.architecture, image.otherPlatforms];
  };

  assert.deepEqual(await opened('none', 'amd64'), ['amd64', ['linux/arm64', 'linux/s390x']]);
  assert.deepEqual(await opened('none', 's390x'), ['s390x', ['linux/arm64', 'linux/amd64']]);
  assert.deepEqual(await opened('some', 'arm64'), ['arm64', ['linux/amd64']]);
  const before = server.seen.length;
  assert.deepEqual(await opened('some', 'amd64'), ['amd64', ['unstated']]);
  assert.equal(server.seen.length - before, 3, 'index, manifest and configuration');
  assert.deepEqual(await opened('single', 'amd64'), ['arm64', undefined], 'an only image is taken as it is');
  await assert.rejects(opened('none', 'riscv64'), {
    code: 'PLATFORM_NOT_FOUND',
    message: /no image for linux\/riscv64; it has: linux\/arm64, linux\/amd64, linux\/s390x\. Choose one/,
  });
  await assert.rejects(opened('nothing', 'amd64'), { code: 'NOT_AN_IMAGE' });
});

test('an entry without a platform that the registry does not hold is no candidate, and one without any is named', async (t) => {
  const server = await registryFor(t);
  const [here, missing, silent] = ['here', 'missing', 'silent'].map((content) =>
    makeImage({
      layers: [Buffer.from(content)],
      platform: content === 'silent' ? { os: '', architecture: '' } : { os: 'linux', architecture: 'amd64' },
    }),
  ) as [TestImage, TestImage, TestImage];
  for (const image of [here, silent]) server.push(image);
  const entries = [missing, here, silent].map(({ manifest }) => descriptorOf(manifest));
  server.store(makeIndex(entries), 'sparse');
  server.store(makeIndex([entries[0] ?? {}, entries[2] ?? {}]), 'silent');

  assert.equal((await open(t, `${server.host}/team/app:sparse`)).manifestDigest, here.manifest.digest);
  await assert.rejects(open(t, `${server.host}/team/app:silent`), {
    code: 'PLATFORM_NOT_FOUND',
    message: new RegExp(`${missing.manifest.digest}, ${silent.manifest.digest}\\. None says`),
  });
});

test('an index that lists thousands without a platform is asked for a few', async (t) => {
  const server = await registryFor(t);
  const images = Array.from({ length: 100 }, (_, at) => makeImage({ layers: [Buffer.from(`${at}`)] }));
  for (const image of images) server.push(image);
  server.store(makeIndex(images.map(({ manifest }) => descriptorOf(manifest))), 'many');

  const platform = { os: 'linux', architecture: 's390x' };
  await assert.rejects(open(t, `${server.host}/team/app:many`, { platform }), { code: 'PLATFORM_NOT_FOUND' });

  assert.ok(server.seen.length < 80, `${server.seen.length} requests`);
});

test('an index within an index is followed, but not for ever', async (t) => {
  const server = await registryFor(t);
  const image = makeImage();
  server.push(image);
  const platform = { os: 'linux', architecture: 'amd64' };
  let inner = image.manifest;
  for (const tag of ['one', 'two', 'three', 'four']) {
    inner = makeIndex([{ ...descriptorOf(inner), platform }]);
    server.store(inner, tag);
  }

  assert.equal((await open(t, `${server.host}/team/app:three`)).manifestDigest, image.manifest.digest);
  await assert.rejects(open(t, `${server.host}/team/app:four`), { code: 'IMAGE_INVALID', message: /index of indexes/ });
});

test('content that is not what its digest says is refused', async (t) => {
  const pushed = makeImage();
  const swapped = makeImage({ layers: [Buffer.from('something else')] });
  const server = await registryFor(t, {
    mischief: ({ path }, response) => {
      if (path.includes('header')) {
        response.setHeader('docker-content-digest', swapped.manifest.digest);
        response.writeHead(200, { 'content-type': oci.manifest });
        response.end(pushed.manifest.content);
        return true;
      }
      if (!path.endsWith(pushed.manifest.digest) && !path.endsWith(pushed.config.digest)) return false;
      response.writeHead(200, { 'content-type': oci.manifest });
      response.end(path.includes('manifests') ? swapped.manifest.content : swapped.config.content);
      return true;
    },
  });
  server.push(pushed, 'tagged');

  const mismatch = { code: 'DIGEST_MISMATCH', message: /changed or damaged on the way/ };
  await assert.rejects(open(t, `${server.host}/team/app@${pushed.manifest.digest}`), mismatch);
  await assert.rejects(open(t, `${server.host}/team/app:tagged`), mismatch, 'the configuration');
  await assert.rejects(open(t, `${server.host}/team/app:header`), mismatch, 'the digest in the header');
});

test('what is not an image is named for what it is', async (t) => {
  const server = await registryFor(t);
  const { config, layers } = makeImage();
  const parts = { config: descriptorOf(config), layers: layers.map(descriptorOf) };
  const cases: readonly (readonly [string, object, string, RegExp])[] = [
    [
      'schema1',
      { schemaVersion: 1, fsLayers: [] },
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      /schema 1/,
    ],
    ['both', { schemaVersion: 2, ...parts, manifests: [] }, oci.manifest, /both an index and an image/],
    ['neither', { schemaVersion: 2 }, oci.manifest, /neither an index nor an image/],
    ['disguised', { schemaVersion: 2, mediaType: oci.index, ...parts }, oci.manifest, /not of the kind it states/],
    [
      'digest',
      { schemaVersion: 2, ...parts, layers: [{ digest: 'sha256:../../x', size: 1 }] },
      oci.manifest,
      /not a sha256 digest/,
    ],
    [
      'size',
      { schemaVersion: 2, ...parts, layers: [{ ...parts.layers[0], size: -1 }] },
      oci.manifest,
      /layers\.0\.size/,
    ],
    [
      'encrypted',
      { schemaVersion: 2, ...parts, layers: [{ ...parts.layers[0], mediaType: `${oci.layer}+encrypted` }] },
      oci.manifest,
      /encrypted/,
    ],
  ];

  for (const [tag, document, mediaType, message] of cases) {
    server.store(documentOf(document, mediaType), tag);
    await assert.rejects(open(t, `${server.host}/team/app:${tag}`), { code: 'IMAGE_INVALID', message }, tag);
  }
});

test('a document that is no JSON, or far too long, is refused without being read to its end', async (t) => {
  const endless = { sent: 0 };
  const server = await registryFor(t, {
    mischief: ({ path }, response) => {
      response.writeHead(200, { 'content-type': oci.manifest });
      if (path.endsWith('html')) response.end('<html>welcome</html>');
      else {
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(65_536))) endless.sent += 65_536;
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      }
      return true;
    },
  });

  await assert.rejects(open(t, `${server.host}/team/app:html`), { code: 'IMAGE_INVALID', message: /not JSON/ });
  await assert.rejects(open(t, `${server.host}/team/app:endless`), {
    code: 'LIMIT_EXCEEDED',
    message: /more than 4194304/,
  });
  assert.ok(endless.sent < 64 * 2 ** 20, `${endless.sent} bytes were taken`);
});

test('a missing image, a missing repository and a host that is no registry are told apart', async (t) => {
  const server = await registryFor(t, {
    mischief: ({ path }, response) => {
      if (!path.includes('website')) return false;
      response.writeHead(404, { 'content-type': 'text/html' });
      response.end('<html>Not found</html>');
      return true;
    },
  });

  const cases = [
    ['team/app:none', /MANIFEST_UNKNOWN.*Check its name and tag/],
    ['team/other', /NAME_UNKNOWN/],
    ['website/app', /that 127\.0\.0\.1:\d+ is a registry/],
  ] as const;
  for (const [name, message] of cases) {
    await assert.rejects(open(t, `${server.host}/${name}`), { code: 'IMAGE_NOT_FOUND', message }, name);
  }
});

test('a layer that the registry does not hold ends in a message, and one that may not be there is looked for elsewhere', async (t) => {
  const server = await registryFor(t);
  const foreign = makeImage({ layerFields: { urls: ['http://plain.invalid/', 'https://127.0.0.1:1/layer'] } });
  const lost = makeImage({ layers: [Buffer.from('lost')] });
  for (const [tag, image] of Object.entries({ foreign, lost })) server.push({ ...image, layers: [] }, tag);

  const lostImage = await open(t, `${server.host}/team/app:lost`);
  const foreignImage = await open(t, `${server.host}/team/app:foreign`, { retries: 0 });

  await assert.rejects(readLayers(lostImage), { code: 'IMAGE_INVALID', message: /does not hold the layer sha256:/ });
  await assert.rejects(readLayers(foreignImage), { code: 'REGISTRY_FAILED', message: /127\.0\.0\.1:1\b/ });
});

test('plain HTTP is spoken only when asked for', async (t) => {
  const server = await registryFor(t);
  server.push(makeImage(), 'latest');

  await assert.rejects(open(t, `${server.host}/team/app`, { plainHttp: false }), {
    code: 'REGISTRY_FAILED',
    message: /does not speak TLS.*--plain-http/,
  });
});

test('a file of certificates that holds none is refused before anything is sent', async (t) => {
  const server = await registryFor(t);
  const directory = directoryFor(t, { 'empty.pem': 'no certificate' });

  for (const path of [directory, join(directory, 'empty.pem'), join(directory, 'missing.pem')]) {
    await assert.rejects(open(t, `${server.host}/team/app`, { caFile: path }), { code: 'INPUT_UNREADABLE' });
  }
  assert.equal(server.seen.length, 0);
});

test('a name is recognised, a file that is not there is not', () => {
  for (const name of ['alpine', 'alpine:3.20', 'localhost:5000/a/b@sha256:'.concat('a'.repeat(64))]) {
    assert.equal(registry.recognises(name), true, name);
  }
  for (const path of ['image.tar', './image', '/tmp/image', 'sbom.cdx.json', 'image.tar.gz', 'Image']) {
    assert.equal(registry.recognises(path), false, path);
  }
});
