import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  addImage,
  archiveOf,
  configOf,
  contentsOf,
  type Descriptor,
  directoryFor,
  type Layout,
  newLayout,
  openImage,
  types,
} from '../../../test/support/images.ts';
import { sha256, tarOf } from '../../../test/support/tar.ts';
import { AppError, type ErrorCode } from '../../lib/errors.ts';

const helloWorld = join(import.meta.dirname, 'testdata/oci-layout');
const one = tarOf([{ path: 'one', content: 'first' }]);
const two = tarOf([{ path: 'two', content: 'second' }]);

/** Every rule holds for a layout in a directory and for a tar of one. */
const forms: Readonly<Record<string, (t: TestContext, layout: Layout) => string>> = {
  directory: (t, { files }) => directoryFor(t, files),
  archive: (t, { files }) => join(directoryFor(t, { 'image.tar': archiveOf(files) }), 'image.tar'),
};

function fails(code: ErrorCode, said: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(said), `${error.message} lacks ${said}`);
    return true;
  };
}

const platform = (architecture: string, variant?: string) => ({
  platform: { os: 'linux', architecture, ...(variant && { variant }) },
});
const name = (ref: string) => ({ annotations: { 'org.opencontainers.image.ref.name': ref } });

function textLayer(text: string): Buffer {
  return tarOf([{ path: 'text', content: text }]);
}

test('the image hello-world is read, and every digest of it verified', async (t) => {
  const image = await openImage(t, helloWorld);
  assert.deepEqual(Object.keys(await contentsOf(image)), ['hello']);
  assert.equal(image.manifestDigest, 'sha256:afb744871f99e0ff8e6f253244836ed34c5d805fdb096d3a205ffaf5e9073cab');
  assert.match(image.layers[0]?.createdBy ?? '', /COPY file:/);
});

for (const [form, write] of Object.entries(forms)) {
  test(`layers stored plain, as gzip and as zstd are read (${form})`, async (t) => {
    const layout = newLayout();
    const three = textLayer('third');
    const stores = [(tar: Buffer) => tar, (tar: Buffer) => gzipSync(tar), (tar: Buffer) => zstdCompressSync(tar)];
    const manifest = addImage(layout, { layers: [one, two, three] }, (tar, at) => (stores[at] ?? gzipSync)(tar));
    layout.finish([manifest]);

    const image = await openImage(t, write(t, layout));

    assert.deepEqual(await contentsOf(image), { one: 'first', two: 'second', text: 'third' });
    assert.equal(image.manifestDigest, manifest.digest);
    assert.deepEqual(
      image.layers.map(({ diffID }) => diffID),
      [one, two, three].map(sha256),
    );
  });

  test(`the platform asked for is chosen, attestations are not, and what is there is told (${form})`, async (t) => {
    const layout = newLayout();
    const image = (architecture: string) => addImage(layout, { layers: [textLayer(architecture)], architecture });
    const attestation = {
      ...addImage(layout, { layers: [textLayer('attestation')] }),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const index = layout.index([
      attestation,
      { ...image('amd64'), ...platform('amd64') },
      { ...image('arm64'), ...platform('arm64', 'v8') },
      { ...layout.manifest(layout.add('text/plain', Buffer.from('{}')), []), artifactType: 'application/x-signature' },
    ]);
    layout.finish([index]);
    const path = write(t, layout);

    for (const architecture of ['amd64', 'arm64']) {
      const opened = await openImage(t, path, platform(architecture));
      assert.deepEqual(await contentsOf(opened), { text: architecture });
    }
    await assert.rejects(openImage(t, path, platform('s390x')), fails('PLATFORM_NOT_FOUND', 'linux/arm64/v8'));
  });

  test(`entries that state no platform are asked, whether they are images or indexes (${form})`, async (t) => {
    const layout = newLayout();
    const image = (architecture: string) => addImage(layout, { layers: [textLayer(architecture)], architecture });
    const attestation = addImage(layout, {
      layers: [textLayer('attestation')],
      architecture: 'unknown',
      more: { os: 'unknown' },
    });
    const index = layout.index([{ ...image('s390x'), ...platform('s390x') }, image('ppc64le')]);
    layout.finish([attestation, image('arm64'), image('amd64'), index]);
    const path = write(t, layout);

    for (const architecture of ['amd64', 'arm64', 's390x', 'ppc64le']) {
      const opened = await openImage(t, path, platform(architecture));
      assert.deepEqual(await contentsOf(opened), { text: architecture });
    }
    await assert.rejects(
      openImage(t, path, platform('riscv64')),
      fails('PLATFORM_NOT_FOUND', 'it has: linux/arm64, linux/amd64, linux/s390x, linux/ppc64le.'),
    );
  });

  test(`an only image is taken whatever its configuration says (${form})`, async (t) => {
    const layout = newLayout();
    layout.finish([layout.index([addImage(layout, { layers: [one], architecture: 'arm64' })])]);

    assert.deepEqual(await contentsOf(await openImage(t, write(t, layout))), { one: 'first' });
  });

  test(`indexes within indexes are followed as far as anybody nests them, and no further (${form})`, async (t) => {
    const nested = (depth: number) => {
      const layout = newLayout();
      let entry: Descriptor = addImage(layout, { layers: [one] });
      for (let level = 0; level < depth; level += 1) entry = layout.index([{ ...entry, ...platform('amd64') }]);
      layout.finish([entry]);
      return write(t, layout);
    };
    assert.deepEqual(await contentsOf(await openImage(t, nested(4))), { one: 'first' });
    await assert.rejects(openImage(t, nested(6)), fails('IMAGE_INVALID', 'nests more than'));
  });

  test(`encrypted layers are said to be that (${form})`, async (t) => {
    const layout = newLayout();
    const config = layout.add(types.config, configOf({ layers: [one] }));
    layout.finish([layout.manifest(config, [layout.add(`${types.layer}+encrypted`, two)])]);

    await assert.rejects(openImage(t, write(t, layout)), fails('IMAGE_INVALID', 'is encrypted'));
  });

  test(`one of several images is chosen by name or digest, and none without (${form})`, async (t) => {
    const layout = newLayout();
    const first = addImage(layout, { layers: [one] });
    const second = addImage(layout, { layers: [two] });
    layout.finish([
      { ...first, ...name('1.0') },
      { ...second, annotations: { 'io.containerd.image.name': 'docker.io/library/second:latest' } },
    ]);
    const path = write(t, layout);

    assert.deepEqual(await contentsOf(await openImage(t, `${path}#1.0`)), { one: 'first' });
    for (const text of ['second', 'docker.io/library/second:latest', second.digest])
      assert.deepEqual(await contentsOf(await openImage(t, `${path}#${text}`)), { two: 'second' }, text);
    await assert.rejects(openImage(t, path), fails('IMAGE_NOT_FOUND', '2 images (1.0, docker.io/library/second'));
    await assert.rejects(openImage(t, `${path}#none`), fails('IMAGE_NOT_FOUND', 'PATH#NAME'));
  });

  test(`blobs that are not what their names say, or not there, are named (${form})`, async (t) => {
    for (const part of ['manifest', 'config', 'layer'] as const) {
      for (const change of ['other', 'missing', 'empty'] as const) {
        const layout = newLayout();
        const layer = layout.add(types.layer, one);
        const config = layout.add(types.config, configOf({ layers: [one] }));
        const manifest = layout.manifest(config, [layer]);
        layout.finish([manifest]);
        const { digest } = { manifest, config, layer }[part];
        const blob = `blobs/${digest.replace(':', '/')}`;
        if (change === 'missing') delete layout.files[blob];
        else layout.files[blob] = change === 'empty' ? Buffer.alloc(0) : two;
        const path = write(t, layout);

        const read = async () => contentsOf(await openImage(t, path));

        const hex = digest.slice(7);
        const code = change === 'missing' ? 'IMAGE_INVALID' : 'DIGEST_MISMATCH';
        await assert.rejects(read(), fails(code, hex), `${part} ${change}`);
      }
    }
  });

  test(`a layer whose stored bytes are right but whose content is not is refused (${form})`, async (t) => {
    const layout = newLayout();
    const layer = layout.add(types.layer, gzipSync(two));
    layout.finish([layout.manifest(layout.add(types.config, configOf({ layers: [one] })), [layer])]);
    const path = write(t, layout);
    await assert.rejects(openImage(t, path).then(contentsOf), fails('DIGEST_MISMATCH', sha256(one)));
  });

  test(`an index that lists nothing, or is none, is told (${form})`, async (t) => {
    const cases: [Buffer, ErrorCode, string][] = [
      [Buffer.from('{"schemaVersion":2,"manifests":[]}'), 'IMAGE_NOT_FOUND', '0 images'],
      [Buffer.from('{}'), 'IMAGE_INVALID', 'index.json'],
      [Buffer.from('not JSON'), 'IMAGE_INVALID', 'index.json'],
      [
        Buffer.from('{"manifests":[{"digest":"sha256:../../../../etc/passwd","size":1}]}'),
        'IMAGE_INVALID',
        'not a sha256 digest',
      ],
      [Buffer.alloc(5_000_000, ' '), 'IMAGE_INVALID', '5000000 bytes'],
    ];
    for (const [content, code, said] of cases) {
      const layout = newLayout();
      layout.files['index.json'] = content;
      await assert.rejects(openImage(t, write(t, layout)), fails(code, said), said);
    }
  });
}

test('links that leave the directory are not followed, those inside it are', async (t) => {
  const outside = directoryFor(t);
  for (const part of ['index.json', 'blob', 'blobs', 'blobs/sha256'] as const) {
    const path = directoryFor(t);
    cpSync(helloWorld, path, { recursive: true });
    const target =
      part === 'blob' ? 'blobs/sha256/afb744871f99e0ff8e6f253244836ed34c5d805fdb096d3a205ffaf5e9073cab' : part;
    renameSync(join(path, target), join(outside, part.replace('/', '-')));
    symlinkSync(join(outside, part.replace('/', '-')), join(path, target));
    await assert.rejects(openImage(t, path), fails('IMAGE_INVALID', 'link that leaves'), part);
  }
  const inside = directoryFor(t);
  cpSync(helloWorld, join(inside, 'real'), { recursive: true });
  renameSync(join(inside, 'real/blobs'), join(inside, 'real/store'));
  symlinkSync('store', join(inside, 'real/blobs'));
  symlinkSync('real', join(inside, 'alias'));
  assert.deepEqual(Object.keys(await contentsOf(await openImage(t, join(inside, 'alias')))), ['hello']);
});

test('what would answer for ever is not opened', async (t) => {
  const path = directoryFor(t);
  cpSync(helloWorld, path, { recursive: true });
  rmSync(join(path, 'index.json'));
  execFileSync('mkfifo', [join(path, 'index.json')]);
  await assert.rejects(openImage(t, path), fails('IMAGE_INVALID', 'not a regular file'));
  rmSync(join(path, 'index.json'));
  symlinkSync('/dev/zero', join(path, 'index.json'));
  await assert.rejects(openImage(t, path), fails('IMAGE_INVALID', 'link that leaves'));
  rmSync(join(path, 'index.json'));
  mkdirSync(join(path, 'index.json'));
  await assert.rejects(openImage(t, path), fails('IMAGE_INVALID', 'index.json'));
});

test('a layout is known again as long as its blobs are the same files', async (t) => {
  const path = directoryFor(t);
  cpSync(helloWorld, path, { recursive: true });
  const [first, again] = [await openImage(t, path), await openImage(t, path)];
  assert.equal(first.fileIdentity, again.fileIdentity);
  const [layer] = first.layers;
  assert.ok(layer?.blob.kind === 'file');

  writeFileSync(layer.blob.path, 'another content');

  assert.notEqual((await openImage(t, path)).fileIdentity, first.fileIdentity);
});
