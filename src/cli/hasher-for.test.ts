import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { worthwhileBytes } from '../images/hash-beside.ts';
import { hasherFor } from './hasher-for.ts';

test('only a large local file gets a second thread', (t) => {
  const { directory, archive } = places(t);
  writeFileSync(join(directory, 'small.tar'), 'x');
  for (const argument of ['alpine:3.20', '--quiet', directory, join(directory, 'small.tar'), join(directory, 'none')])
    assert.deepEqual(hasherFor([argument], {}), {}, argument);

  const { hasher } = hasherFor([`docker-archive:${archive}#name`, '--no-cache'], {});
  assert.ok(hasher);
  hasher.close();
});

test('a file gives the same digest when it is new and when it was scanned before', async (t) => {
  const { directory, archive } = places(t);
  const expected = `sha256:${createHash('sha256').update(Buffer.alloc(worthwhileBytes)).digest('hex')}`;
  for (const args of [
    ['--cache-dir', join(directory, 'a'), archive],
    [`--cache-dir=${join(directory, 'b')}`, archive],
  ]) {
    for (const turn of ['new', 'scanned before']) {
      const { hasher } = hasherFor(args, {});
      assert.ok(hasher);
      const blob = { kind: 'file', path: archive, offset: 0, size: worthwhileBytes } as const;
      assert.equal(await hasher.hash(blob, Date.now() + 60_000), expected, turn);
      hasher.close();
    }
  }
  for (const cache of ['a', 'b']) assert.equal(readdirSync(join(directory, cache, 'archives')).length, 1);
});

test('without a cache nothing is remembered', (t) => {
  const { directory, archive } = places(t);
  const cache = join(directory, 'cache');
  hasherFor(['--no-cache', archive], { BREAKWATER_CACHE_DIR: cache }).hasher?.close();
  assert.equal(existsSync(cache), false);
  hasherFor([archive], { BREAKWATER_CACHE_DIR: cache }).hasher?.close();
  assert.equal(existsSync(cache), true);
});

function places(t: TestContext): { readonly directory: string; readonly archive: string } {
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const archive = join(directory, 'image.tar');
  writeFileSync(archive, '');
  truncateSync(archive, worthwhileBytes);
  return { directory, archive };
}
