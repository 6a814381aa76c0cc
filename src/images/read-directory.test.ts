import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { directoryFor } from '../../test/support/images.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { readDirectory } from './read-directory.ts';
import type { LayerReading } from './read-layer.ts';

interface Read extends LayerReading {
  readonly seen: Record<string, string>;
}

function read(root: string, options: { limits?: Partial<Limits>; wanted?: (path: string) => boolean } = {}): Read {
  const seen: Record<string, string> = {};
  const limits = { ...defaultLimits, ...options.limits };
  const wish = {
    onlyExecutables: false,
    read: (file: { path: string; bytes(): Buffer }) => {
      seen[file.path] = file.bytes().toString();
    },
  };
  const reading = readDirectory(root, (path) => ((options.wanted?.(path) ?? true) ? wish : undefined), {
    limits,
    deadline: Date.now() + limits.imageMs,
  });
  return { ...reading, seen };
}

const codes = ({ problems }: Read) => problems.map(({ code, where }) => [code, where]);

/** Root may read everything, so it steps aside. */
function withoutPrivileges<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

test('files are read in an order that does not depend on the file system; links are noted and not followed', (t) => {
  const outside = directoryFor(t, { secret: 'outside' });
  const root = directoryFor(t, { 'b/two': '2', 'a/one': '1', top: '0', '.git/config': 'left out' });
  symlinkSync(outside, join(root, 'out'));
  symlinkSync('.', join(root, 'loop'));
  symlinkSync('nowhere', join(root, 'dangling'));

  const reading = read(root);

  assert.deepEqual(Object.entries(reading.seen), [
    ['top', '0'],
    ['b/two', '2'],
    ['a/one', '1'],
  ]);
  assert.deepEqual([...reading.tree.symlinks].sort(), [
    ['dangling', 'nowhere'],
    ['loop', '.'],
    ['out', outside],
  ]);
  assert.equal(reading.complete, true);
  assert.deepEqual(reading.problems, []);
});

test('pipes, sockets and devices are never opened', async (t) => {
  const root = directoryFor(t, { file: 'x' });
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const server = createServer().listen(join(root, 'socket'));
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  if (process.getuid?.() === 0) execFileSync('mknod', [join(root, 'zero'), 'c', '1', '5']);

  assert.deepEqual(Object.keys(read(root).seen), ['file']);
});

test('what cannot be read is a problem that names it', (t) => {
  const root = directoryFor(t, { 'locked/file': 'x', secret: 'x', open: 'fine' });
  chmodSync(root, 0o755);
  chmodSync(join(root, 'secret'), 0);
  chmodSync(join(root, 'locked'), 0);

  const reading = withoutPrivileges(() => read(root));
  chmodSync(join(root, 'locked'), 0o755);

  assert.deepEqual(Object.keys(reading.seen), ['open']);
  assert.deepEqual(codes(reading), [
    ['file-unreadable', 'secret'],
    ['directory-unreadable', 'locked'],
  ]);
});

test('a directory that is not there is a problem, not an empty one', () => {
  assert.deepEqual(codes(read('/nonexistent/root')), [['directory-unreadable', '/nonexistent/root']]);
});

test('names that are no UTF-8 are read, and shown with replacement characters', (t) => {
  const root = directoryFor(t);
  const raw = (text: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(text, 'latin1')]);
  mkdirSync(raw('caf\xe9'));
  writeFileSync(raw('caf\xe9/\xff\xfe.json'), 'content');
  mkdirSync(join(root, 'ümlaut'));
  writeFileSync(join(root, 'ümlaut/日本'), 'words');

  const reading = read(root);

  assert.deepEqual(reading.seen, { 'caf\ufffd/\ufffd\ufffd.json': 'content', 'ümlaut/日本': 'words' });
  assert.deepEqual(reading.problems, []);
});

test('limits of entries, links and time leave a part and a problem', (t) => {
  const root = directoryFor(t, { a: '1', b: '2', c: '3', d: '4' });
  for (const link of ['x', 'y', 'z']) symlinkSync('a', join(root, link));
  const limits: Partial<Limits>[] = [
    { layerEntries: 2 },
    { layerSymlinks: 1 },
    { layerNameLength: 3 },
    { imageMs: -1 },
  ];
  for (const limit of limits) {
    const reading = read(root, { limits: limit });
    assert.equal(reading.complete, false, JSON.stringify(limit));
    assert.deepEqual(codes(reading), [['directory-incomplete', root]]);
  }
});

test('a file above the limit is skipped and named', (t) => {
  const root = directoryFor(t, { huge: 'x'.repeat(100) });
  assert.deepEqual(codes(read(root, { limits: { fileBytes: 50 } })), [['file-skipped', 'huge']]);
});

test('directories nested deeper than any path is long are a problem, not a crash', (t) => {
  const root = directoryFor(t);
  const build = `process.chdir(process.argv[1]);
    for (let depth = 0; depth < 60; depth += 1) {
      require('fs').mkdirSync('d'.repeat(100));
      process.chdir('d'.repeat(100));
    }`;
  execFileSync(process.execPath, ['--eval', build, root]);
  t.after(() => execFileSync('rm', ['-rf', root]));

  const reading = read(root);

  assert.deepEqual(
    reading.problems.map(({ code }) => code),
    ['directory-unreadable'],
  );
});

test('a directory of many entries is read in little time', (t) => {
  const root = directoryFor(t);
  mkdirSync(join(root, 'many'));
  for (let at = 0; at < 20_000; at += 1) writeFileSync(join(root, 'many', `f${at}`), '');
  const started = performance.now();
  const reading = read(root, { wanted: (path) => path.endsWith('7777') });
  assert.deepEqual(Object.keys(reading.seen), ['many/f17777', 'many/f7777']);
  assert.ok(performance.now() - started < 5000);
});

test('a mounted kernel file system at the root is left out, a directory of its name is not', (t: TestContext) => {
  const root = directoryFor(t, { 'proc/file': 'x' });
  assert.deepEqual(Object.keys(read(root).seen), ['proc/file']);
});
