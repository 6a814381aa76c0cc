import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { directoryFor, openOptions } from '../../../test/support/images.ts';
import { dockerArchiveOf, tarOf } from '../../../test/support/tar.ts';
import { AppError } from '../../lib/errors.ts';
import { openSubject } from '../open-subject.ts';
import { imageSources } from './index.ts';

const archive = dockerArchiveOf([tarOf([{ path: 'file', content: 'x' }])]);

/** The first source that recognises a reference, as `openSubject` would choose it. */
function chosen(reference: string): string | undefined {
  return imageSources.find(({ recognises }) => recognises(reference))?.id;
}

function fileOf(t: TestContext, name: string, content: Buffer | string): string {
  return join(directoryFor(t, { [name]: content }), name);
}

test('each source has an id of its own, which is the name of its file, and a title', () => {
  assert.equal(new Set(imageSources.map(({ id }) => id)).size, imageSources.length);
  for (const { id, title } of imageSources) {
    assert.ok(existsSync(join(import.meta.dirname, `${id}.ts`)), id);
    assert.ok(title.length > 10, id);
  }
});

test('the kind is recognised by what is there, not by its name', (t) => {
  const files: [string, string, Buffer | string][] = [
    ['docker-archive', 'image.tar', archive],
    ['docker-archive', 'image', gzipSync(archive)],
    ['docker-archive', 'image.json', zstdCompressSync(archive)],
    ['sbom', 'bom.tar', '{"bomFormat": "CycloneDX"}'],
    ['sbom', 'bom', '\uFEFF  \n {"spdxVersion": "SPDX-2.3"}'],
    ['sbom', 'bom.xml', '<?xml version="1.0"?><bom/>'],
    ['sbom', 'doc.spdx', '# comment\nSPDXVersion: SPDX-2.3\n'],
    // The first member of an archive can look like a document.
    ['docker-archive', 'odd.tar', tarOf([{ path: '{', content: 'x' }])],
    ['docker-archive', 'odd2.tar', tarOf([{ path: 'a.spdx', content: 'SPDXVersion: SPDX-2.3' }])],
  ];
  for (const [id, name, content] of files) assert.equal(chosen(fileOf(t, name, content)), id, name);
  assert.equal(chosen(directoryFor(t)), 'directory');
  assert.equal(chosen(directoryFor(t, { 'oci-layout': '{}' })), 'oci-layout');
  assert.equal(chosen(`${fileOf(t, 'two.tar', archive)}#name:1`), 'docker-archive');
  for (const name of ['alpine', 'alpine:3.20', 'ghcr.io/a/b:1', `alpine@sha256:${'a'.repeat(64)}`])
    assert.equal(chosen(name), 'registry', name);
});

test('recognising never throws, whatever it is asked', (t) => {
  const directory = directoryFor(t);
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  symlinkSync('loop', join(directory, 'loop'));
  writeFileSync(join(directory, 'locked'), 'x');
  chmodSync(join(directory, 'locked'), 0);
  const odd = [
    '',
    '#',
    ':',
    '\0',
    'a\0b',
    'x'.repeat(100_000),
    `${'d/'.repeat(5000)}x`,
    '/dev/null',
    '/dev/zero',
    '../'.repeat(50),
    join(directory, 'pipe'),
    join(directory, 'loop'),
    join(directory, 'locked'),
    join(directory, 'locked/below'),
    '\ud800',
    '\u001b[31m',
  ];
  for (const reference of odd)
    for (const { id, recognises } of imageSources)
      assert.equal(typeof recognises(reference), 'boolean', `${id} ${JSON.stringify(reference.slice(0, 30))}`);
});

test('opening what is not there is an error for people, of every kind', async (t) => {
  const missing = join(directoryFor(t), 'missing');
  for (const { id } of imageSources.filter(({ id }) => !['docker', 'podman', 'registry'].includes(id))) {
    await assert.rejects(
      async () => openSubject(`${id}:${missing}`, imageSources, openOptions),
      (error) => error instanceof AppError && error.message.includes(missing),
      id,
    );
  }
});

test('a file of no known kind is said to be one, with the kinds there are', async (t) => {
  const path = fileOf(t, 'text.txt', 'just text');
  await assert.rejects(openSubject(path, imageSources, openOptions), {
    code: 'INPUT_UNRECOGNISED',
    message: /docker-archive, oci-archive/,
  });
});

test('a local file goes before an image of that name in a registry, even one that cannot be read', (t) => {
  const before = process.cwd();
  process.chdir(directoryFor(t, { notes: 'just text' }));
  t.after(() => process.chdir(before));
  assert.equal(chosen('notes'), undefined);
  assert.equal(chosen('other-notes'), 'registry');
});

test('a prefix goes before what would be recognised', async (t) => {
  const path = fileOf(t, 'image.tar', archive);
  const subject = await openSubject(`sbom:${path}`, imageSources, openOptions);
  assert.deepEqual(subject, { kind: 'sbom', reference: path, path });
});
