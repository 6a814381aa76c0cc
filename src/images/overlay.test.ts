import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LayerTree, LayerTreeBuilder } from './layer-tree.ts';
import { overlayOf } from './overlay.ts';

type Member = { readonly path: string; readonly kind: 'file' | 'directory' | 'link'; readonly target?: string };

function treeOf(members: readonly (Member | string)[]): LayerTree {
  const builder = new LayerTreeBuilder();
  for (const member of members) {
    const {
      path,
      kind,
      target = '',
    } = typeof member === 'string'
      ? { path: member, kind: member.endsWith('/') ? ('directory' as const) : ('file' as const), target: '' }
      : member;
    if (kind === 'directory') builder.directory(path.replace(/\/$/, ''));
    else if (kind === 'link') builder.symlink(path, target);
    else builder.file(path);
  }
  return builder.build();
}

test('a whiteout hides a file and everything below a directory, in the layers below only', () => {
  const overlay = overlayOf([treeOf(['a/b/c', 'a/x', 'k']), treeOf(['a/.wh.b', '.wh.k', 'a/b2']), treeOf(['k'])]);
  assert.equal(overlay.isVisible('a/b/c', 0), false);
  assert.equal(overlay.isVisible('a/x', 0), true);
  assert.equal(overlay.isVisible('k', 0), false);
  assert.equal(overlay.isVisible('k', 2), true);
});

test('an opaque directory hides what it held below, not what its own layer puts there', () => {
  const overlay = overlayOf([treeOf(['d/old', 'd/e/old', 'e']), treeOf(['d/.wh..wh..opq', 'd/new'])]);
  assert.deepEqual(
    [
      overlay.isVisible('d/old', 0),
      overlay.isVisible('d/e/old', 0),
      overlay.isVisible('d/new', 1),
      overlay.isVisible('e', 0),
    ],
    [false, false, true, true],
  );
});

test('a file or link in place of a directory takes the directory away; a directory over a directory does not', () => {
  const overlay = overlayOf([
    treeOf(['a/x', 'b/x', 'c/x']),
    treeOf(['a', { path: 'b', kind: 'link', target: '/c' }, 'c/']),
  ]);
  assert.deepEqual(
    [overlay.isVisible('a/x', 0), overlay.isVisible('b/x', 0), overlay.isVisible('c/x', 0)],
    [false, false, true],
  );
});

test('a layer that writes through a linked directory replaces the file behind the link', () => {
  const overlay = overlayOf([
    treeOf([{ path: 'bin', kind: 'link', target: 'usr/bin' }, 'usr/bin/node', 'usr/bin/sh']),
    treeOf(['bin/node']),
  ]);
  assert.equal(overlay.isVisible('usr/bin/node', 0), false);
  assert.equal(overlay.isVisible('usr/bin/sh', 0), true);
});

test('directories are resolved through relative, absolute and chained links, and loops end', () => {
  const links = {
    lib: 'usr/lib',
    'usr/lib/x': '../../opt/x',
    opt: '/srv/opt',
    loop: 'pool',
    pool: 'loop',
    up: '../../../etc',
  };
  const overlay = overlayOf([treeOf(Object.entries(links).map(([path, target]) => ({ path, kind: 'link', target })))]);
  assert.equal(overlay.resolve('lib/x/file'), 'srv/opt/x/file');
  assert.equal(overlay.resolve('up/passwd'), 'etc/passwd');
  assert.equal(overlay.resolve('loop/file'), 'loop/file');
  assert.equal(overlay.resolve('plain/file'), 'plain/file');
});

test('links that multiply by two at each step are given up at the number the kernel follows', () => {
  const members: Member[] = Array.from({ length: 60 }, (_item, at) => ({
    path: `l${at + 1}`,
    kind: 'link',
    target: `l${at}/l${at}`,
  }));
  const started = performance.now();
  assert.equal(overlayOf([treeOf(members)]).resolve('l60/file'), 'l60/file');
  assert.ok(performance.now() - started < 1000);
});

test('what exists is what some layer shows and none above takes away, directories that are only implied included', () => {
  const overlay = overlayOf([
    treeOf(['a/b/c', 'gone/x', 'opaque/x', { path: 'lib', kind: 'link', target: 'usr/lib' }, 'usr/lib/x']),
    treeOf(['.wh.gone', 'opaque/.wh..wh..opq', 'opaque/y']),
  ]);
  const paths = [
    'a',
    'a/b',
    'a/b/c',
    'a/b/d',
    'gone',
    'gone/x',
    'opaque',
    'opaque/x',
    'opaque/y',
    'lib/x',
    'usr/lib/x',
  ];
  assert.deepEqual(paths.filter(overlay.exists), ['a', 'a/b', 'a/b/c', 'opaque', 'opaque/y', 'lib/x', 'usr/lib/x']);
});

test('a link that a layer above removes or replaces leads nowhere any more', () => {
  const link: Member = { path: 'lib', kind: 'link', target: 'usr/lib' };
  assert.equal(overlayOf([treeOf([link])]).resolve('lib/x'), 'usr/lib/x');
  assert.equal(overlayOf([treeOf([link]), treeOf(['.wh.lib'])]).resolve('lib/x'), 'lib/x');
  assert.equal(overlayOf([treeOf([link]), treeOf(['lib/'])]).resolve('lib/x'), 'lib/x');
  assert.equal(overlayOf([treeOf([link]), treeOf([{ ...link, target: 'opt' }])]).resolve('lib/x'), 'opt/x');
});

test('hundreds of layers with thousands of links and files are joined in little time', () => {
  const links = (from: number): Member[] =>
    Array.from({ length: 20_000 }, (_item, at) => ({ path: `l/${from + at}`, kind: 'link', target: `t/${at}` }));
  const trees = [treeOf(links(0)), ...Array.from({ length: 300 }, (_item, at) => treeOf([`d${at}/e/f/g/file`]))];
  const started = performance.now();
  const overlay = overlayOf(trees);
  for (let at = 0; at < 5000; at += 1) overlay.isVisible(`some/directory/${at % 50}/file${at}`, 0);
  for (let at = 0; at < 5000; at += 1) overlay.resolve(`l/${at}/file`);
  assert.ok(performance.now() - started < 3000, `${performance.now() - started} ms`);
});

/** The rules of the specification carried out on a plain map, layer by layer. */
function applied(
  layers: readonly (readonly Member[])[],
  whiteouts: readonly (readonly string[])[],
  opaque: readonly (readonly string[])[],
): Map<string, number> {
  const files = new Map<string, number>();
  const remove = (path: string) => {
    for (const known of [...files.keys()]) if (known === path || known.startsWith(`${path}/`)) files.delete(known);
  };
  layers.forEach((members, at) => {
    for (const path of [...(whiteouts[at] ?? []), ...(opaque[at] ?? [])]) remove(path);
    for (const path of opaque[at] ?? []) {
      const parts = path.split('/');
      for (let end = 1; end < parts.length; end += 1) files.delete(parts.slice(0, end).join('/'));
    }
    for (const { path } of members) {
      remove(path);
      const parts = path.split('/');
      for (let end = 1; end < parts.length; end += 1) files.delete(parts.slice(0, end).join('/'));
    }
    for (const { path } of members) files.set(path, at);
  });
  return files;
}

test('what is visible is what applying the layers one after the other leaves', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const layer = fc.record({
    files: fc.uniqueArray(path, { maxLength: 4 }),
    gone: fc.uniqueArray(path, { maxLength: 2 }),
    opaque: fc.uniqueArray(path, { maxLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 5 }), (drawn) => {
      // Within one layer a path cannot be both a file and a directory.
      const layers = drawn.map(({ files, gone, opaque }) => ({
        gone,
        opaque,
        files: files.filter(
          (file) => ![...files, ...opaque.map((path) => `${path}/`)].some((other) => other.startsWith(`${file}/`)),
        ),
      }));
      const expected = applied(
        layers.map(({ files }) => files.map((file) => ({ path: file, kind: 'file' }))),
        layers.map(({ gone }) => gone),
        layers.map(({ opaque }) => opaque),
      );
      const parents = (path: string) =>
        path.split('/').map((_part, at, parts) => `${parts.slice(0, at + 1).join('/')}/`);
      const trees = layers.map(({ files, gone, opaque }) =>
        treeOf([
          ...gone.map((item) => item.replace(/([^/]+)$/, '.wh.$1')),
          ...opaque.flatMap((item) => [...parents(item), `${item}/.wh..wh..opq`]),
          ...files,
        ]),
      );
      const overlay = overlayOf(trees);
      layers.forEach(({ files }, at) => {
        for (const file of files)
          assert.equal(overlay.isVisible(file, at), expected.get(file) === at, `${file} of layer ${at}`);
      });
    }),
    { numRuns: 2000 },
  );
});
