import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { directoryFor, newLayout, openImage } from '../../test/support/images.ts';
import { tarOf } from '../../test/support/tar.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import { NotAnImage } from './artifact.ts';
import { open, registryFor } from './registry/testing/open-for-test.ts';
import {
  blobOf,
  descriptorOf,
  documentOf,
  makeImage,
  makeIndex,
  oci,
  type StoredBlob,
} from './registry/testing/test-image.ts';

const empty = blobOf(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
const sigstoreBundle = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** A blob of JSON, which is what most of these hold. */
const json = (mediaType: string, value: object = { payload: 'e30=' }) => documentOf(value, mediaType);

/** What Docker and cosign write beside documents, so that registries take them for images. */
function imageConfig(fields: object, layers: readonly StoredBlob[]): StoredBlob {
  return json(oci.config, { ...fields, rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) } });
}

interface Shape {
  readonly kind: ArtifactKind;
  readonly said: RegExp;
  readonly config: (layers: readonly StoredBlob[]) => StoredBlob;
  readonly layers: readonly StoredBlob[];
  readonly more?: object;
}

const chart = gzipSync(tarOf([{ path: 'web/Chart.yaml', content: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' }]));
const unsetConfig = (layers: readonly StoredBlob[]) =>
  imageConfig({ architecture: '', created: '0001-01-01T00:00:00Z', history: [], os: '', config: {} }, layers);

/** Manifests as these programs push them. */
const shapes: Readonly<Record<string, Shape>> = {
  'helm push': {
    kind: 'helm-chart',
    said: /is a Helm chart, not an image \(application\/vnd\.cncf\.helm\.config\.v1\+json\)\. Scan the images that it installs/,
    config: () => json('application/vnd.cncf.helm.config.v1+json', { name: 'web', version: '1.0.0', apiVersion: 'v2' }),
    layers: [blobOf(chart, 'application/vnd.cncf.helm.chart.content.v1.tar+gzip')],
    more: { annotations: { 'org.opencontainers.image.title': 'web' } },
  },
  'cosign sign': {
    kind: 'signature',
    said: /is a signature, not an image/,
    config: unsetConfig,
    layers: [json('application/vnd.dev.cosign.simplesigning.v1+json', { critical: {}, optional: null })],
  },
  'cosign attest': {
    kind: 'attestation',
    said: /is an attestation/,
    config: unsetConfig,
    layers: [json('application/vnd.dsse.envelope.v1+json', { payloadType: 'application/vnd.in-toto+json' })],
  },
  'cosign attach sbom': {
    kind: 'sbom',
    said: /is an SBOM.*save it as a file/,
    config: unsetConfig,
    layers: [blobOf(Buffer.from('SPDXVersion: SPDX-2.3\n'.repeat(100)), 'text/spdx')],
  },
  'cosign sign, version 3': {
    kind: 'signature',
    said: /is a signature/,
    config: () => empty,
    layers: [json(sigstoreBundle)],
    more: {
      artifactType: sigstoreBundle,
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
      },
    },
  },
  'a build provenance of a pipeline': {
    kind: 'attestation',
    said: /is an attestation/,
    config: () => empty,
    layers: [json(sigstoreBundle)],
    more: {
      artifactType: sigstoreBundle,
      annotations: { 'dev.sigstore.bundle.predicateType': 'https://slsa.dev/provenance/v1' },
    },
  },
  'notation sign': {
    kind: 'signature',
    said: /is a signature/,
    config: () => blobOf(Buffer.from('{}'), 'application/vnd.cncf.notary.signature'),
    layers: [json('application/jose+json')],
  },
  'docker buildx': {
    kind: 'attestation',
    said: /is an attestation, not an image \(application\/vnd\.in-toto\+json\)/,
    config: (layers) => imageConfig({ architecture: 'unknown', os: 'unknown', config: {} }, layers),
    layers: [json('application/vnd.in-toto+json', { _type: 'https://in-toto.io/Statement/v0.1' })],
  },
  'buildctl --export-cache, as a manifest': {
    kind: 'build-cache',
    said: /is a build cache/,
    config: () => json('application/vnd.buildkit.cacheconfig.v0', { layers: [], records: [] }),
    layers: [blobOf(gzipSync(tarOf([{ path: 'a', content: 'a' }])), oci.layer)],
  },
  'a WebAssembly module': {
    kind: 'wasm-module',
    said: /is a WebAssembly module/,
    config: () => json('application/vnd.wasm.config.v0+json', { architecture: 'wasm', os: 'wasip2' }),
    layers: [blobOf(Buffer.from('\0asm\x01\0\0\0', 'latin1'), 'application/wasm')],
  },
  'a model of Ollama': {
    kind: 'model',
    said: /is a machine-learning model/,
    config: (layers) => imageConfig({ model_format: 'gguf', architecture: 'amd64', os: 'linux' }, layers),
    layers: [blobOf(Buffer.from('GGUF'.padEnd(2000, '\0')), 'application/vnd.ollama.image.model')],
  },
  'oras push': {
    kind: 'other',
    said: /is an artifact, not an image \(application\/vnd\.example\.thing\)/,
    config: () => empty,
    layers: [blobOf(Buffer.from('hello'), 'application/vnd.oci.image.layer.v1.tar')],
    more: { artifactType: 'application/vnd.example.thing' },
  },
  'something that says nothing readable': {
    kind: 'other',
    said: /is an artifact, not an image \(of no stated type\)/,
    config: () => json('\u001b[2J<script>'),
    layers: [],
  },
};

async function notAnImage(work: Promise<unknown>): Promise<NotAnImage> {
  const error = await work.then(
    () => assert.fail('it was opened as an image'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof NotAnImage, String(error));
  assert.equal(error.code, 'NOT_AN_IMAGE');
  return error;
}

async function manifestOf(
  t: TestContext,
  config: StoredBlob,
  layers: readonly StoredBlob[],
  more: object = {},
): Promise<string> {
  const server = await registryFor(t);
  const fields = {
    schemaVersion: 2,
    mediaType: oci.manifest,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
  };
  const manifest = documentOf({ ...fields, ...more }, oci.manifest);
  server.push({ manifest, config, layers, diffIDs: [] }, '1');
  return `${server.host}/team/app:1`;
}

for (const [name, { kind, said, config, layers, more }] of Object.entries(shapes)) {
  test(`what comes of ${name} is called what it is`, async (t) => {
    const error = await notAnImage(open(t, await manifestOf(t, config(layers), layers, more)));

    assert.equal(error.artifact.kind, kind);
    assert.match(error.message, said);
  });
}

test('in an OCI layout they are called the same', async (t) => {
  for (const [name, { kind, config, layers, more }] of Object.entries(shapes)) {
    const layout = newLayout();
    const put = ({ mediaType, content }: StoredBlob) => layout.add(mediaType, content);
    layout.finish([layout.manifest(put(config(layers)), layers.map(put), more)]);

    const error = await notAnImage(openImage(t, directoryFor(t, layout.files)));

    assert.equal(error.artifact.kind, kind, name);
  }
});

const hidden = {
  'a tar': tarOf([{ path: 'bin/sh', content: 'x' }]),
  'a tar of the oldest form': withoutMagic(tarOf([{ path: 'bin/sh', content: 'x' }])),
  'a compressed tar': gzipSync(tarOf([{ path: 'bin/sh', content: 'x' }])),
  'what only some runtimes inflate': Buffer.from('BZh91AY&SY'.padEnd(600, 'x')),
};
for (const [name, content] of Object.entries(hidden)) {
  test(`${name} that calls itself an attestation is an image nevertheless`, async (t) => {
    const statement = json('application/vnd.in-toto+json');
    const layer = blobOf(content, 'application/vnd.in-toto+json');
    const layers = [statement, layer];

    const image = await open(
      t,
      await manifestOf(t, imageConfig({ architecture: 'amd64', os: 'linux' }, layers), layers),
    );

    assert.equal(image.layers.length, 2);
  });
}

test('an image is one whatever artifact type it claims, whatever it refers to, and even without layers', async (t) => {
  const server = await registryFor(t);
  const { digest, mediaType } = makeImage().manifest;
  const claims = { artifactType: 'application/vnd.cncf.helm.config.v1+json', subject: { digest, mediaType, size: 1 } };
  server.push(makeImage({ manifest: claims }), 'claims');
  server.push(makeImage({ layers: [] }), 'bare');

  for (const tag of ['claims', 'bare'])
    assert.equal((await open(t, `${server.host}/team/app:${tag}`)).kind, 'image', tag);
});

test('an image stays one where one of its layers is of an unknown kind', async (t) => {
  const layers = [blobOf(gzipSync('x'), oci.layer), json('application/vnd.example.notes+json')];

  const image = await open(t, await manifestOf(t, imageConfig({ architecture: 'amd64', os: 'linux' }, layers), layers));

  assert.equal(image.layers.length, 2);
});

test('an index without any image is called what it is', async (t) => {
  const server = await registryFor(t);
  const { manifest } = makeImage();
  const unknown = { platform: { os: 'unknown', architecture: 'unknown' } };
  const attestation = { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };
  const cacheLayer = { ...descriptorOf(manifest), mediaType: oci.layer };
  const cacheConfig = { ...descriptorOf(manifest), mediaType: 'application/vnd.buildkit.cacheconfig.v0' };
  const referrers = [{ ...descriptorOf(manifest), artifactType: sigstoreBundle }];
  const cases: readonly (readonly [ArtifactKind, readonly object[]])[] = [
    ['attestation', [{ ...descriptorOf(manifest), ...unknown, ...attestation }]],
    ['build-cache', [cacheLayer, cacheConfig]],
    ['referrers', referrers],
    ['referrers', []],
  ];
  for (const [kind, entries] of cases) {
    server.store(makeIndex(entries), 'index');
    const error = await notAnImage(open(t, `${server.host}/team/app:index`, { orAnyPlatform: true }));
    assert.equal(error.artifact.kind, kind);
  }
});

test('an index hides no image from us that a runtime would take', async (t) => {
  const server = await registryFor(t);
  const platform = { os: 'linux', architecture: 'amd64' };
  const [hiddenImage, shown] = [makeImage({ layers: [Buffer.from('hidden')] }), makeImage()];
  for (const image of [hiddenImage, shown]) server.push(image);
  const disguises = [
    { artifactType: sigstoreBundle },
    { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
  ];

  for (const disguise of disguises) {
    const entries = [
      { ...descriptorOf(hiddenImage.manifest), platform, ...disguise },
      { ...descriptorOf(shown.manifest), platform },
    ];
    server.store(makeIndex(entries), 'index');
    assert.equal((await open(t, `${server.host}/team/app:index`)).manifestDigest, hiddenImage.manifest.digest);
  }
});

test('an artifact in the withdrawn form of its own is one, too', async (t) => {
  const server = await registryFor(t);
  const mediaType = 'application/vnd.oci.artifact.manifest.v1+json';
  server.store(documentOf({ mediaType, artifactType: 'application/spdx+json', blobs: [] }, mediaType), 'old');

  const error = await notAnImage(open(t, `${server.host}/team/app:old`));

  assert.deepEqual(error.artifact, { kind: 'sbom', mediaType: 'application/spdx+json' });
});

/** As tars were before POSIX: the checksum is all that tells. */
function withoutMagic(tar: Buffer): Buffer {
  const old = Buffer.from(tar);
  old.fill(0, 257, 265);
  old.fill(' ', 148, 156);
  const sum = old.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  old.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return old;
}
