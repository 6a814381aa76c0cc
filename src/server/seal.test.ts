import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSeal } from './seal.ts';

function directoryFor(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('what was sealed opens again, after a restart too, and nowhere else', (t) => {
  const dataDir = directoryFor(t);
  const sealed = openSeal({ dataDir }).seal('pässword', 'registry/a/secrets');
  const seal = openSeal({ dataDir });

  assert.equal(seal.open(sealed, 'registry/a/secrets'), 'pässword');
  assert.ok(!sealed.includes('pässword'));
  assert.throws(() => seal.open(sealed, 'registry/b/secrets'), {
    code: 'SECRET_UNREADABLE',
    message: /belongs elsewhere/,
  });
  const other = openSeal({ dataDir: directoryFor(t) });
  assert.throws(() => other.open(sealed, 'registry/a/secrets'), { code: 'SECRET_UNREADABLE', message: /another key/ });
});

test('the same text is never sealed to the same bytes', (t) => {
  const seal = openSeal({ dataDir: directoryFor(t) });
  assert.notDeepEqual(seal.seal('x', 'c'), seal.seal('x', 'c'));
});

test('every changed, missing or added byte is noticed', (t) => {
  const seal = openSeal({ dataDir: directoryFor(t) });
  const sealed = seal.seal('secret', 'c');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => seal.open(changed, 'c'), { code: 'SECRET_UNREADABLE' }, `byte ${at}`);
    assert.throws(() => seal.open(sealed.subarray(0, at), 'c'), { code: 'SECRET_UNREADABLE' }, `first ${at} bytes`);
  }
  assert.throws(() => seal.open(Buffer.concat([sealed, Buffer.from('x')]), 'c'), { code: 'SECRET_UNREADABLE' });
});

test('the key lies in a file that only its owner may read, made once', (t) => {
  const dataDir = directoryFor(t);
  openSeal({ dataDir });
  const path = join(dataDir, 'secrets', 'seal.key');
  const content = readFileSync(path, 'utf8');
  openSeal({ dataDir });

  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(dataDir, 'secrets')).mode & 0o777, 0o700);
  assert.equal(readFileSync(path, 'utf8'), content);
  chmodSync(path, 0o640);
  assert.throws(() => openSeal({ dataDir }), { code: 'CONFIG_INVALID', message: /chmod 600/ });
});

test('a new key on the first line seals from then on; the old one still opens', (t) => {
  const dataDir = directoryFor(t);
  const before = openSeal({ dataDir }).seal('old', 'c');
  const path = join(dataDir, 'secrets', 'seal.key');
  const old = readFileSync(path, 'utf8');
  const fresh = `${Buffer.alloc(32, 7).toString('base64')}\n`;
  writeFileSync(path, `# since today\n${fresh}${old}`);
  const both = openSeal({ dataDir });
  const after = both.seal('new', 'c');
  writeFileSync(path, fresh);
  const onlyNew = openSeal({ dataDir });

  assert.equal(both.open(before, 'c'), 'old');
  assert.equal(onlyNew.open(after, 'c'), 'new');
  assert.throws(() => onlyNew.open(before, 'c'), { code: 'SECRET_UNREADABLE', message: /put that key back/ });
});

test('a key file that is missing, empty or holds something else is told by name', (t) => {
  const dataDir = directoryFor(t);
  const keyFile = join(dataDir, 'my.key');
  assert.throws(() => openSeal({ dataDir, keyFile }), { code: 'CONFIG_INVALID', message: /my\.key.*ENOENT/ });
  for (const content of ['', '# nothing\n', 'c2hvcnQ=\n', `${Buffer.alloc(32).toString('hex')}\n`]) {
    writeFileSync(keyFile, content, { mode: 0o600 });
    assert.throws(() => openSeal({ dataDir, keyFile }), { code: 'CONFIG_INVALID', message: /my\.key/ }, content);
  }
});
