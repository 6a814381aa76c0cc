import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { configOf, contentsOf, directoryFor, openImage } from '../../../test/support/images.ts';
import { sha256, type TarMember, tarOf } from '../../../test/support/tar.ts';
import { AppError, type ErrorCode } from '../../lib/errors.ts';

const one = tarOf([{ path: 'one', content: 'first' }]);
const two = tarOf([{ path: 'two', content: 'second' }]);

interface Saved {
  readonly Config: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers: readonly string[];
}

const manifestJson = (images: readonly Saved[]): TarMember => ({
  path: 'manifest.json',
  content: JSON.stringify(images),
});

/** An archive as `docker save` writes it, of layers stored as given. */
function saved(layers: readonly Buffer[], stored: readonly Buffer[] = layers, more: Partial<Saved> = {}): TarMember[] {
  const config = configOf({ layers });
  const names = layers.map((_layer, at) => `${at}/layer.tar`);
  const name = `${sha256(config).slice(7)}.json`;
  return [
    ...stored.map((content, at) => ({ path: names[at] ?? '', content })),
    { path: name, content: config },
    manifestJson([{ Config: name, RepoTags: ['test:latest'], Layers: names, ...more }]),
  ];
}

function fileOf(t: TestContext, content: Buffer | readonly TarMember[]): string {
  const path = join(directoryFor(t), 'image.tar');
  writeFileSync(path, Buffer.isBuffer(content) ? content : tarOf(content as readonly TarMember[]));
  return path;
}

function fails(code: ErrorCode, ...said: (string | RegExp)[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    for (const part of said)
      assert.match(error.message, typeof part === 'string' ? new RegExp(RegExp.escape(part), 'i') : part);
    assert.ok(error.message.length < 2500, `${error.message.length} characters`);
    return true;
  };
}

const wholes: Readonly<Record<string, (tar: Buffer) => Buffer>> = {
  none: (tar) => tar,
  gzip: (tar) => gzipSync(tar),
  zstd: (tar) => zstdCompressSync(tar),
  'several gzip members': (tar) => Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))]),
  'several zstd frames': (tar) =>
    Buffer.concat([zstdCompressSync(tar.subarray(0, 1000)), zstdCompressSync(tar.subarray(1000))]),
};

for (const [compression, compress] of Object.entries(wholes)) {
  test(`layers stored plain, as gzip and as zstd are read from an archive compressed as a whole: ${compression}`, async (t) => {
    const three = tarOf([{ path: 'three', content: 'third' }]);
    const stored = [one, gzipSync(two), zstdCompressSync(three)];
    const path = fileOf(t, compress(tarOf(saved([one, two, three], stored))));

    const image = await openImage(t, path);

    assert.deepEqual(await contentsOf(image), { one: 'first', two: 'second', three: 'third' });
    assert.equal(image.reference, path);
    assert.equal(image.configDigest, sha256(configOf({ layers: [one, two, three] })));
  });
}

test('the build steps that made layers are told, and those that made none are left out', async (t) => {
  const history = [{ created_by: 'ADD one' }, { created_by: 'ENV x', empty_layer: true }, { created_by: 'ADD two' }];
  const config = configOf({ layers: [one, two], more: { history } });
  const path = fileOf(t, [
    { path: 'a.tar', content: one },
    { path: 'b.tar', content: two },
    { path: 'config.json', content: config },
    manifestJson([{ Config: 'config.json', RepoTags: null, Layers: ['a.tar', 'b.tar'] }]),
  ]);

  const { layers } = await openImage(t, path);

  assert.deepEqual(
    layers.map(({ createdBy }) => createdBy),
    ['ADD one', 'ADD two'],
  );
});

test('equal layers that old engines save as links to one another are found, through symlinks and hard links', async (t) => {
  const config = configOf({ layers: [one, one, one, two] });
  const path = fileOf(t, [
    { path: 'aaa/layer.tar', content: one },
    { path: 'bbb/layer.tar', type: '2', link: '../aaa/layer.tar' },
    { path: 'ccc/layer.tar', type: '1', link: 'bbb/layer.tar' },
    { path: 'ddd/layer.tar', content: two },
    { path: 'config.json', content: config },
    manifestJson([{ Config: 'config.json', Layers: ['aaa', 'bbb', 'ccc', 'ddd'].map((name) => `${name}/layer.tar`) }]),
  ]);

  assert.deepEqual(await contentsOf(await openImage(t, path)), { one: 'first', two: 'second' });
});

test('one of several images is chosen by its name, as Docker shortens names, and none without', async (t) => {
  const configs = [one, two].map((layer) => configOf({ layers: [layer] }));
  const path = fileOf(t, [
    { path: 'one.tar', content: one },
    { path: 'two.tar', content: two },
    { path: 'one.json', content: configs[0] ?? '' },
    { path: 'two.json', content: configs[1] ?? '' },
    manifestJson([
      { Config: 'one.json', RepoTags: ['first:1.0', 'docker.io/library/first:latest'], Layers: ['one.tar'] },
      { Config: 'two.json', RepoTags: null, Layers: ['two.tar'] },
    ]),
  ]);

  for (const name of ['first:1.0', 'first', 'first:latest', 'docker.io/library/first', 'one.json'])
    assert.deepEqual(await contentsOf(await openImage(t, `${path}#${name}`)), { one: 'first' }, name);
  assert.deepEqual(await contentsOf(await openImage(t, `${path}#two.json`)), { two: 'second' });
  await assert.rejects(openImage(t, path), fails('IMAGE_NOT_FOUND', '2 images (first:1.0, two.json)', 'PATH#NAME'));
  await assert.rejects(openImage(t, `${path}#other`), fails('IMAGE_NOT_FOUND', 'PATH#NAME'));
});

test('reading one of several images does not vouch for the others', async (t) => {
  const config = configOf({ layers: [one] });
  const path = fileOf(t, [
    { path: 'good.tar', content: one },
    { path: 'lie.tar', content: two },
    { path: 'config.json', content: config },
    manifestJson([
      { Config: 'config.json', RepoTags: ['good:1'], Layers: ['good.tar'] },
      { Config: 'config.json', RepoTags: ['lie:1'], Layers: ['lie.tar'] },
    ]),
  ]);

  const [good, lie] = [await openImage(t, `${path}#good:1`), await openImage(t, `${path}#lie:1`)];

  assert.notEqual(good.fileIdentity, lie.fileIdentity);
  await contentsOf(good);
  await assert.rejects(contentsOf(lie), fails('DIGEST_MISMATCH', sha256(one)));
});

test('an archive that was touched is another archive', async (t) => {
  const content = tarOf(saved([one]));
  const path = fileOf(t, content);
  const { fileIdentity } = await openImage(t, path);

  writeFileSync(path, content);

  assert.notEqual((await openImage(t, path)).fileIdentity, fileIdentity);
});

test('what lies about itself or is not there is named', async (t) => {
  const config = configOf({ layers: [one, two] });
  const files = [
    { path: 'one.tar', content: one },
    { path: 'config.json', content: config },
  ];
  const stated = `${'0'.repeat(64)}.json`;
  const cases: [string, TarMember[], ErrorCode, string][] = [
    [
      'configuration under another digest',
      [{ path: stated, content: config }, manifestJson([{ Config: stated, Layers: [] }])],
      'DIGEST_MISMATCH',
      stated,
    ],
    [
      'layer not there',
      [...files, manifestJson([{ Config: 'config.json', Layers: ['one.tar', 'two.tar'] }])],
      'IMAGE_INVALID',
      '"two.tar"',
    ],
    [
      'configuration not there',
      [...files, manifestJson([{ Config: 'none.json', Layers: ['one.tar'] }])],
      'IMAGE_INVALID',
      '"none.json"',
    ],
    [
      'fewer layers than the configuration states',
      [...files, manifestJson([{ Config: 'config.json', Layers: ['one.tar'] }])],
      'IMAGE_INVALID',
      '(1 and 2)',
    ],
    ['no image', files, 'INPUT_UNRECOGNISED', 'manifest.json'],
    ['empty manifest', [manifestJson([])], 'IMAGE_NOT_FOUND', '0 images'],
    ['manifest that is no JSON', [{ path: 'manifest.json', content: '[{' }], 'IMAGE_INVALID', 'not JSON'],
    [
      'manifest of another shape',
      [{ path: 'manifest.json', content: '[{"Layers": 7}]' }],
      'IMAGE_INVALID',
      'manifest.json',
    ],
    [
      'links in a circle',
      [
        { path: 'a', type: '2', link: 'b' },
        { path: 'b', type: '2', link: 'a' },
        { path: 'config.json', content: configOf({ layers: [one] }) },
        manifestJson([{ Config: 'config.json', Layers: ['a'] }]),
      ],
      'IMAGE_INVALID',
      '"a"',
    ],
    [
      'links out of the archive',
      [
        { path: 'a', type: '2', link: '../../../../etc/passwd' },
        { path: 'config.json', content: configOf({ layers: [one] }) },
        manifestJson([{ Config: 'config.json', Layers: ['a'] }]),
      ],
      'IMAGE_INVALID',
      '"a"',
    ],
  ];
  for (const [name, members, code, said] of cases) {
    const path = fileOf(t, members);
    await assert.rejects(openImage(t, path), fails(code, path, said), name);
  }
});

test('a configuration that names itself by its digest may lie in any folder', async (t) => {
  const config = configOf({ layers: [one] });
  const blob = `blobs/sha256/${sha256(config).slice(7)}`;
  const path = fileOf(t, [
    { path: 'one.tar', content: one },
    { path: blob, content: config },
    manifestJson([{ Config: blob, Layers: ['one.tar'] }]),
  ]);
  assert.deepEqual(await contentsOf(await openImage(t, path)), { one: 'first' });
});

test('documents made to cost memory or time are refused quickly', async (t) => {
  const bombs: [string, string][] = [
    ['deeply nested', `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`],
    ['many objects', `[${'{},'.repeat(1_300_000)}{}]`],
    ['larger than any', ' '.repeat(5_000_000)],
    ['a name per image', JSON.stringify(Array.from({ length: 50_000 }, (_i, at) => ({ Config: `${at}`, Layers: [] })))],
    ['a layer over and over', JSON.stringify([{ Config: 'c', Layers: Array(500_000).fill('c') }])],
  ];
  for (const [name, content] of bombs) {
    const path = fileOf(t, [
      { path: 'manifest.json', content },
      { path: 'c', content: configOf({ layers: [] }) },
    ]);
    const started = performance.now();
    await assert.rejects(openImage(t, path), (error) => error instanceof AppError && error.message.length < 3000, name);
    assert.ok(performance.now() - started < 3000, name);
  }
});

test('more layers than any engine mounts are refused', async (t) => {
  const layers = Array<Buffer>(1001).fill(one);
  const config = configOf({ layers });
  const path = fileOf(t, [
    { path: 'l', content: one },
    { path: 'c', content: config },
    manifestJson([{ Config: 'c', Layers: layers.map(() => 'l') }]),
  ]);
  await assert.rejects(openImage(t, path), fails('IMAGE_INVALID', '1001 layers'));
});

test('an archive of a hundred thousand members is refused, and so is one of endless names', async (t) => {
  const many = Array.from({ length: 100_002 }, (_item, at) => ({ path: `m${at}` }));
  await assert.rejects(openImage(t, fileOf(t, many)), fails('IMAGE_INVALID', 'members'));
  const long = Array.from({ length: 40 }, (_item, at) => [
    { path: 'x', type: 'L' as const, content: `${at}${'n'.repeat(1_000_000)}` },
    { path: 'short' },
  ]);
  await assert.rejects(openImage(t, fileOf(t, long.flat())), fails('IMAGE_INVALID', 'names'));
});

test('an archive cut short anywhere is never taken for an image', async (t) => {
  const whole = tarOf(saved([one, two]));
  const [manifest] = saved([one, two]).slice(-1);
  const contentEnd = whole.indexOf(`${manifest?.content}`) + `${manifest?.content}`.length;
  const path = fileOf(t, whole);
  for (let length = 0; length < contentEnd; length += 171) {
    writeFileSync(path, whole.subarray(0, length));
    await assert.rejects(openImage(t, `docker-archive:${path}`), (error) => error instanceof AppError, `${length}`);
  }
});

test('of an archive that is cut short it is said how much is there, and what is missing', async (t) => {
  const whole = tarOf(saved([one, two]));
  const path = fileOf(t, whole.subarray(0, 700));
  await assert.rejects(openImage(t, `docker-archive:${path}`), fails('ARCHIVE_CORRUPT', 'beyond its 700 bytes'));
  writeFileSync(path, whole.subarray(0, 200));
  await assert.rejects(openImage(t, `docker-archive:${path}`), fails('ARCHIVE_CORRUPT', 'it ends after 200 bytes'));
});

test('an archive with bytes turned over anywhere is refused, or is the same image', async (t) => {
  const whole = tarOf(saved([one, two]));
  const path = fileOf(t, whole);
  for (let at = 0; at < whole.length; at += 97) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x41, at);
    writeFileSync(path, damaged);
    try {
      const image = await openImage(t, `docker-archive:${path}`);
      assert.deepEqual(await contentsOf(image), { one: 'first', two: 'second' }, `byte ${at}`);
    } catch (error) {
      assert.ok(error instanceof AppError, `byte ${at}: ${error}`);
    }
  }
});

test('compressed archives that are cut short or hold something else are named', async (t) => {
  for (const compress of [gzipSync, zstdCompressSync]) {
    const whole = compress(tarOf(saved([one, two])));
    const cut = fileOf(t, whole.subarray(0, whole.length / 2));
    await assert.rejects(openImage(t, cut), fails('ARCHIVE_CORRUPT', cut, 'export the image again'));
    const other = fileOf(t, compress(Buffer.from('not a tar at all, and shorter than a header')));
    await assert.rejects(openImage(t, other), fails('ARCHIVE_CORRUPT', 'export the image again'));
  }
});

test('layers in compressions of former times are named', async (t) => {
  const stored = Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(500, 7)]);
  const image = await openImage(t, fileOf(t, saved([one], [stored])));
  await assert.rejects(contentsOf(image), fails('ARCHIVE_UNSUPPORTED', 'bzip2', sha256(one)));
});

test('a pipe is refused instead of being waited for, and so is a directory', async (t) => {
  const directory = directoryFor(t);
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  await assert.rejects(
    openImage(t, `docker-archive:${join(directory, 'pipe')}`),
    fails('INPUT_UNREADABLE', 'is a pipe'),
  );
  await assert.rejects(openImage(t, `docker-archive:${directory}`), fails('INPUT_UNREADABLE', 'is a directory'));
  await assert.rejects(openImage(t, `oci-archive:${join(directory, 'none')}`), fails('INPUT_UNREADABLE', 'none'));
});

test('a layer stored as a sparse file is named, since its bytes are not those of the file', async (t) => {
  const members = saved([one]).map((member) =>
    member.path === '0/layer.tar' ? { ...member, type: 'S' as const } : member,
  );
  await assert.rejects(openImage(t, fileOf(t, members)), fails('ARCHIVE_UNSUPPORTED', '0/layer.tar', 'sparse'));
});
