import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { directoryFor } from '../../../test/support/images.ts';
import { AppError } from '../../lib/errors.ts';
import { makeSeekable } from './seekable-archive.ts';

const limits = { bytes: 2 ** 30, ms: 60_000, diskShare: 0.5 };

function fileOf(t: TestContext, content: Buffer): string {
  return join(directoryFor(t, { file: content }), 'file');
}

test('what is not compressed is taken as it is', async (t) => {
  const path = fileOf(t, Buffer.alloc(2000, 'x'));
  assert.equal((await makeSeekable(path, limits)).path, path);
});

test('a copy has the same bytes, its zeroes take no room, and it is gone when closed', async (t) => {
  const content = Buffer.concat([
    Buffer.from('begin'),
    Buffer.alloc(30_000_000),
    Buffer.from('end'),
    Buffer.alloc(5000),
  ]);
  for (const compress of [gzipSync, zstdCompressSync]) {
    const archive = await makeSeekable(fileOf(t, compress(content)), limits);
    assert.ok(readFileSync(archive.path).equals(content));
    assert.ok(statSync(archive.path).blocks * 512 < 5_000_000, 'holes');
    archive.close();
    assert.throws(() => statSync(archive.path), { code: 'ENOENT' });
  }
});

test('a bomb is stopped by bytes, by disk space and by time, and says what to do', async (t) => {
  const path = fileOf(t, gzipSync(Buffer.alloc(20_000_000, 'bomb')));
  const cases = [
    [{ ...limits, bytes: 1_000_000 }, /more than 1000000 bytes/],
    [{ ...limits, diskShare: 0 }, /TMPDIR/],
    [{ ...limits, ms: -1 }, /longer than/],
  ] as const;
  for (const [limit, said] of cases) {
    await assert.rejects(makeSeekable(path, limit), (error) => {
      assert.ok(error instanceof AppError && error.code === 'LIMIT_EXCEEDED', String(error));
      assert.match(error.message, said);
      assert.ok(error.message.includes(path));
      return true;
    });
  }
});
