import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { sha256, type TarMember, tarOf } from '../../test/support/tar.ts';
import { AppError } from '../lib/errors.ts';
import { type Hasher, startHasher } from './hash-beside.ts';
import type { Layer, LayerBlob } from './image.ts';
import type { WishFor } from './layer-walk.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type LayerReading, readLayer } from './read-layer.ts';

const directory = mkdtempSync(join(tmpdir(), 'read-layer-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const compressions = {
  none: (tar: Buffer) => tar,
  gzip: (tar: Buffer) => gzipSync(tar),
  zstd: (tar: Buffer) => zstdCompressSync(tar),
};
let count = 0;

function layerOf(tar: Buffer, stored: Buffer = tar, diffID = sha256(tar)): Layer {
  count += 1;
  const path = join(directory, `layer-${count}`);
  writeFileSync(path, Buffer.concat([Buffer.from('before'), stored]));
  return { diffID, blobDigest: sha256(stored), blob: { kind: 'file', path, offset: 6, size: stored.length } };
}

async function read(
  layer: Layer,
  wanted: (path: string) => boolean = () => true,
  options: {
    readonly limits?: Partial<Limits>;
    readonly verified?: boolean;
    readonly onlyExecutables?: boolean;
    readonly hasher?: Hasher;
  } = {},
): Promise<LayerReading & { readonly seen: Record<string, string> }> {
  const seen: Record<string, string> = {};
  const wishFor: WishFor = (path) =>
    wanted(path)
      ? {
          onlyExecutables: options.onlyExecutables ?? false,
          read: (file) => {
            seen[file.path] = file.bytes().toString();
          },
        }
      : undefined;
  const limits = { ...defaultLimits, ...options.limits };
  const reading = await readLayer(layer, wishFor, {
    limits,
    deadline: Date.now() + limits.imageMs,
    verified: options.verified ?? false,
    ...(options.hasher && { hasher: options.hasher }),
  });
  return { ...reading, seen };
}

const members: TarMember[] = [
  { path: './etc/', type: '5' },
  { path: './etc/name', content: 'value' },
  { path: './big', content: 'b'.repeat(200_000) },
  { path: './program', content: '\u007fELF program', mode: 0o755 },
  { path: './hard', type: '1', link: './etc/name' },
  { path: './soft', type: '2', link: 'etc/name' },
];

for (const [compression, compress] of Object.entries(compressions)) {
  test(`a layer stored with compression "${compression}" gives its files, links and digests`, async () => {
    const tar = tarOf(members);
    const reading = await read(layerOf(tar, compress(tar)), undefined, { limits: { memoryFileBytes: 1000 } });
    assert.deepEqual(Object.keys(reading.seen).sort(), ['big', 'etc/name', 'hard', 'program']);
    assert.equal(reading.seen.hard, 'value');
    assert.equal(reading.seen.big?.length, 200_000);
    assert.deepEqual(reading.tree.symlinks, [['soft', 'etc/name']]);
    assert.equal(reading.blobDigest, sha256(compress(tar)));
    assert.equal(reading.complete, true);
    assert.deepEqual(reading.problems, []);
  });

  test(`a wrong digest is an error that names the layer ("${compression}")`, async () => {
    const tar = tarOf(members);
    const layer = layerOf(tar, compress(tar), sha256('something else'));
    await assert.rejects(
      read(layer),
      (error) => error instanceof AppError && error.code === 'DIGEST_MISMATCH' && error.message.includes(layer.diffID),
    );
  });

  test(`a layer cut short is corrupt, wherever it is cut ("${compression}")`, async () => {
    const stored = compress(tarOf(members));
    for (const part of [0.02, 0.3, 0.7, 0.95]) {
      const layer = {
        ...layerOf(tarOf(members), stored.subarray(0, Math.floor(stored.length * part))),
        blobDigest: sha256(stored),
      };
      await assert.rejects(
        read(layer),
        (error) => error instanceof AppError && ['ARCHIVE_CORRUPT', 'DIGEST_MISMATCH'].includes(error.code),
        `cut at ${part}`,
      );
    }
  });
}

test('only executables means by content, not by mode', async () => {
  const tar = tarOf([
    { path: 'script', content: '#!/bin/sh\n'.repeat(100), mode: 0o755 },
    { path: 'program', content: '\u007fELF and more', mode: 0o755 },
  ]);
  for (const compress of Object.values(compressions)) {
    const { seen } = await read(layerOf(tar, compress(tar)), undefined, { onlyExecutables: true });
    assert.deepEqual(Object.keys(seen), ['program']);
  }
});

test('entries that point outside the image are left out and said', async () => {
  const tar = tarOf([
    { path: '../../etc/passwd', content: 'x' },
    { path: 'a/../../b', content: 'x' },
    { path: '/absolute', content: 'fine' },
    { path: 'x/../kept', content: 'fine' },
  ]);
  const { seen, problems } = await read(layerOf(tar));
  assert.deepEqual(Object.keys(seen).sort(), ['absolute', 'kept']);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['path-outside', 'path-outside'],
  );
});

test('a hard link to nothing is a problem, not a silence', async () => {
  const { problems } = await read(layerOf(tarOf([{ path: 'link', type: '1', link: 'missing' }])));
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where]),
    [['hard-link-unread', 'link']],
  );
});

test('a hard link is followed through other links, whichever comes first, and in a circle to nothing', async () => {
  const tar = tarOf([
    { path: 'early', type: '1', link: 'middle' },
    { path: 'middle', type: '1', link: './file' },
    { path: 'file', content: 'content' },
    { path: 'late', type: '1', link: 'early' },
    { path: 'a', type: '1', link: 'b' },
    { path: 'b', type: '1', link: 'a' },
    { path: 'self', type: '1', link: 'self' },
    { path: 'replaced', type: '1', link: 'file' },
    { path: 'replaced', content: 'its own' },
  ]);
  for (const compress of Object.values(compressions)) {
    const { seen, problems } = await read(layerOf(tar, compress(tar)));
    assert.deepEqual(seen, {
      file: 'content',
      early: 'content',
      middle: 'content',
      late: 'content',
      replaced: 'its own',
    });
    assert.deepEqual(problems.map(({ code, where }) => `${code} ${where}`).sort(), [
      'hard-link-unread a',
      'hard-link-unread b',
    ]);
  }
});

test('a chain of a hundred thousand hard links costs little', async () => {
  const links = Array.from({ length: 100_000 }, (_item, at): TarMember => {
    return { path: `l${at + 1}`, type: '1', link: `l${at}` };
  });
  const tar = tarOf([...links.reverse(), { path: 'l0', content: 'content' }]);
  const started = performance.now();
  const { seen } = await read(layerOf(tar), (path) => path === 'l100000' || path === 'l0');
  assert.deepEqual(seen, { l0: 'content', l100000: 'content' });
  assert.ok(performance.now() - started < 5000);
});

test('a link to an executable that the same readers saw is noted instead of being read again', async () => {
  const tar = tarOf([
    { path: 'program', content: '\u007fELF', mode: 0o755 },
    { path: 'link', type: '1', link: 'program', mode: 0o755 },
    { path: 'special', type: '1', link: 'program', mode: 0o755 },
  ]);
  const seen: string[] = [];
  const wishFor: WishFor = (path) => ({
    onlyExecutables: true,
    readers: path === 'special' ? ['everybody', 'one more'] : ['everybody'],
    read: (file) => seen.push(file.path),
  });

  const { sameFiles } = await readLayer(layerOf(tar), wishFor, {
    limits: defaultLimits,
    deadline: Date.now() + 10_000,
    verified: false,
  });

  assert.deepEqual(sameFiles, [['link', 'program']]);
  assert.deepEqual(seen, ['program', 'special']);
});

test('endless problems are counted, not kept', async () => {
  const tar = tarOf(Array.from({ length: 5000 }, (_item, at) => ({ path: `../${at}` })));
  const { problems } = await read(layerOf(tar));
  assert.equal(problems.length, 1001);
  assert.match(problems.at(-1)?.message ?? '', /^4000 further problems/);
});

test('limits of bytes, entries, links and time leave a part, a problem and an incomplete reading', async () => {
  const tar = tarOf([
    { path: 'first', content: 'kept' },
    { path: 'l', type: '2', link: 'x' },
    { path: 'l2', type: '2', link: 'x' },
    { path: 'zero', content: 'z'.repeat(3_000_000) },
    { path: 'last', content: 'lost' },
  ]);
  const limits: Partial<Limits>[] = [
    { layerBytes: 1_500_000 },
    { layerEntries: 2 },
    { layerSymlinks: 1 },
    { layerNameLength: 1 },
    { imageMs: -1 },
  ];
  for (const limit of limits) {
    for (const compress of Object.values(compressions)) {
      const { complete, problems, seen } = await read(layerOf(tar, compress(tar)), undefined, { limits: limit });
      assert.equal(complete, false, JSON.stringify(limit));
      assert.equal(problems[0]?.code, 'layer-incomplete');
      assert.equal(seen.last, undefined);
    }
  }
});

test('a file above the limit is skipped and named', async () => {
  const { seen, problems } = await read(layerOf(tarOf([{ path: 'huge', content: 'x'.repeat(5000) }])), undefined, {
    limits: { fileBytes: 4000 },
  });
  assert.deepEqual(seen, {});
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where]),
    [['file-skipped', 'huge']],
  );
});

test('a file above the limit that is only wanted as an executable is named only if it is one', async () => {
  const tar = tarOf([
    { path: 'disk', content: 'x'.repeat(5000), mode: 0o755 },
    { path: 'program', content: `\u007fELF${'x'.repeat(5000)}`, mode: 0o755 },
  ]);
  for (const compress of Object.values(compressions)) {
    const { problems } = await read(layerOf(tar, compress(tar)), undefined, {
      limits: { fileBytes: 4000 },
      onlyExecutables: true,
    });
    assert.deepEqual(
      problems.map(({ code, where }) => [code, where]),
      [['file-skipped', 'program']],
    );
  }
});

test('files that are looked at leave nothing behind, even when the reading ends in the middle of one', async (t) => {
  const own = mkdtempSync(join(directory, 'tmp-'));
  const previous = process.env.TMPDIR;
  process.env.TMPDIR = own;
  t.after(() => {
    if (previous === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = previous;
  });
  const tar = tarOf([{ path: 'big', content: 'b'.repeat(3_000_000) }]);
  for (const limits of [{ memoryFileBytes: 1000 }, { memoryFileBytes: 1000, layerBytes: 1_500_000 }])
    await read(layerOf(tar, gzipSync(tar)), undefined, { limits });
  assert.deepEqual(readdirSync(own), []);
});

test('bytes that were verified before are not read again, and the answer is the same', async () => {
  const tar = tarOf([{ path: 'pad', content: 'p'.repeat(30_000_000) }, ...members]);
  const layer = layerOf(tar);
  const isWanted = (path: string) => path !== 'pad';
  const [first, second] = [await read(layer, isWanted), await read(layer, isWanted, { verified: true })];
  assert.deepEqual(second.seen, first.seen);
  assert.deepEqual(second.tree, first.tree);
});

test('a large layer can be hashed beside the walk, and is held to its digest all the same', async (t) => {
  const hasher = startHasher();
  t.after(hasher.close);
  const tar = tarOf([...members, { path: 'large', content: Buffer.alloc(10 * 1024 * 1024, 'l') }]);
  const isWanted = (path: string) => path !== 'large';
  const { seen, verification, complete } = await read(layerOf(tar), isWanted, { hasher });
  assert.equal(seen['etc/name'], 'value');
  assert.equal(complete, true);
  assert.deepEqual(await verification, { kind: 'verified', blobDigest: sha256(tar) });

  const lying = await read(layerOf(tar, tar, sha256('other')), isWanted, { hasher });
  await assert.rejects(lying.verification ?? Promise.resolve(), { code: 'DIGEST_MISMATCH' });
  await assert.rejects(read(layerOf(tar, tar.subarray(0, -1024 * 1024)), isWanted, { hasher }), {
    code: 'ARCHIVE_CORRUPT',
  });
  await assert.rejects(hasher.hash({ kind: 'file', path: '/nowhere', offset: 0, size: 1 }, Date.now() + 1000), {
    code: 'INPUT_UNREADABLE',
  });
  await assert.rejects(hasher.hash(layerOf(tar).blob as LayerBlob & { kind: 'file' }, Date.now() - 1), {
    code: 'LIMIT_EXCEEDED',
  });
});

test('the stored bytes of a large compressed layer can be hashed beside too, and both its digests are held to', async (t) => {
  const hasher = startHasher();
  t.after(hasher.close);
  const noise = Buffer.concat(Array.from({ length: 10 }, () => randomBytes(1024 * 1024)));
  const tar = tarOf([...members, { path: 'large', content: noise }]);
  const stored = gzipSync(tar, { level: 1 });
  const layer = layerOf(tar, stored);
  const { seen, blobDigest } = await read(layer, (path) => path === 'etc/name' || path === 'large', { hasher });
  assert.equal(seen['etc/name'], 'value');
  assert.equal(seen.large, noise.toString());
  assert.equal(blobDigest, sha256(stored));

  const lies = [{ blobDigest: sha256('other') }, { diffID: sha256('other') }] as const;
  for (const lie of lies)
    await assert.rejects(read({ ...layer, ...lie }, undefined, { hasher }), { code: 'DIGEST_MISMATCH' });
});

test('what a visitor throws is a problem of its file', async () => {
  const layer = layerOf(
    tarOf([
      { path: 'bad', content: 'x' },
      { path: 'good', content: 'y' },
    ]),
  );
  const seen: string[] = [];
  const wishFor: WishFor = () => ({
    onlyExecutables: false,
    read: ({ path }) => {
      if (path === 'bad') throw new Error('cannot');
      seen.push(path);
    },
  });
  const { problems } = await readLayer(layer, wishFor, {
    limits: defaultLimits,
    deadline: Date.now() + 1000,
    verified: false,
  });
  assert.deepEqual(seen, ['good']);
  assert.deepEqual(
    problems.map(({ code, where }) => [code, where]),
    [['file-unreadable', 'bad']],
  );
});
