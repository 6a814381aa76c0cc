import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { builtFile, flaw, judge } from '../../../test/support/judge.ts';
import { dockerArchiveOf, tarOf } from '../../../test/support/tar.ts';
import { main } from '../main.ts';

const directory = mkdtempSync(join(tmpdir(), 'explain-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const archive = join(directory, 'shop.tar');
const manifest = { path: 'app\u001b[2J/node_modules/left/package.json', content: '{"name":"left","version":"1.0.0"}' };
writeFileSync(archive, dockerArchiveOf([tarOf([manifest])]));
judge(
  {
    ghsa: [
      flaw(
        'CVE-2026-0001',
        'npm',
        'left',
        { introduced: '0.5.0', fixed: '1.0.1' },
        { aliases: ['GHSA-aaaa-bbbb-cccc'] },
      ),
    ],
  },
  [],
);
const database = builtFile();

async function explain(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = '';
  const code = await main(['explain', archive, ...args, '--no-cache'], {
    out: (text) => {
      out += text;
    },
    error: () => {},
    columns: 100,
    colour: false,
    interactive: false,
    environment: { BREAKWATER_DB: database },
  });
  return { code, out };
}

test('the chain from record to verdict is printed, for any id of the flaw', async () => {
  for (const id of ['CVE-2026-0001', 'cve-2026-0001', 'GHSA-aaaa-bbbb-cccc', 'ghsa-aaaa-bbbb-cccc']) {
    const { code, out } = await explain(id);
    assert.equal(code, 0, id);
    assert.match(out, /^CVE-2026-0001 \(GHSA-aaaa-bbbb-cccc\)$/m);
    assert.match(out, /source +ghsa, record CVE-2026-0001/);
    assert.match(out, /looked up left 1\.0\.0 in npm, ordered as npm/);
    assert.match(out, /range +>= 0\.5\.0, < 1\.0\.1/);
    assert.match(out, /holds +1\.0\.0 < 1\.0\.1/);
  }
});

test('a name in the image cannot steer the terminal', async () => {
  const { out } = await explain('CVE-2026-0001', 'left');
  assert.match(out, /found in +app\\u\{1b\}\[2J\/node_modules\/left\/package\.json/);
  assert.doesNotMatch(out, /\u001b/);
});

test('a flaw that is not reported ends with 1 and says so', async () => {
  const { code, out } = await explain('CVE-2026-\u001b[2J');
  assert.deepEqual([code, out.includes('\u001b')], [1, false]);
  assert.match(out, /is not reported for .*shop\.tar\.$/m);
  assert.equal((await explain('CVE-2026-0001', 'right')).code, 1);
});
