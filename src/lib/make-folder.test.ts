import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from './make-folder.ts';

test('a folder and those above it are made, and found where they are there', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'make-folder-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'a/b/c');

  for (const _time of [1, 2]) makeFolder(path, 0o700);

  assert.ok(statSync(path).isDirectory());
  assert.equal(statSync(join(root, 'a')).mode & 0o777, 0o700);
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => makeFolder(join(root, 'file/below')), { code: 'ENOTDIR' });
});

test('where the system makes no folders that is an error, not a wait without end', (t) => {
  if (process.platform !== 'linux') return t.skip('there is no /proc');
  assert.throws(() => makeFolder('/proc/none/below'), { code: 'ENOENT' });
});
