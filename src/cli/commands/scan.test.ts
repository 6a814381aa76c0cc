import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { builtFile, flaw, judge } from '../../../test/support/judge.ts';
import { dockerArchiveOf, tarOf } from '../../../test/support/tar.ts';
import { exporters } from '../../output/exporters/index.ts';
import type { ReportDocument } from '../../output/report-document.ts';
import { validateReport } from '../../output/testing/validators.ts';
import type { Terminal } from '../command.ts';
import { main } from '../main.ts';

const directory = mkdtempSync(join(tmpdir(), 'scan-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const installed = `P:libssl3
V:3.1.0-r0
A:x86_64
o:openssl
L:Apache-2.0

P:musl
V:1.2.4-r0
A:x86_64
o:musl
`;
const archive = put(
  'shop.tar',
  dockerArchiveOf([
    tarOf([
      { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.18.0\nPRETTY_NAME="Alpine Linux v3.18"\n' },
      { path: 'lib/apk/db/installed', content: installed },
    ]),
    tarOf([{ path: 'app/node_modules/left/package.json', content: '{"name":"left","version":"1.0.0"}' }]),
  ]),
);

judge(
  {
    alpine: [flaw('CVE-2026-0001', 'alpine:3.18', 'openssl', { fixed: '3.1.1-r0' })],
    ghsa: [
      flaw('CVE-2026-0002', 'npm', 'left', { fixed: '1.0.1' }, { severity: 'medium' }),
      flaw('CVE-2026-0003', 'npm', 'left', { introduced: '0' }, { severity: 'low' }),
    ],
  },
  [],
  {
    facts: [
      { cve: 'CVE-2026-0002', epss: { score: 0.2, percentile: 0.9 }, kev: { added: '2026-02-01', ransomware: true } },
    ],
  },
);
const database = builtFile();

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** One command line, in this process. */
async function run(args: readonly string[], more: Partial<Terminal> = {}): Promise<Outcome> {
  let [out, error] = ['', ''];
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    columns: 100,
    colour: false,
    interactive: false,
    environment: { BREAKWATER_DB: database, BREAKWATER_CACHE_DIR: join(directory, 'cache') },
    ...more,
  };
  const code = await main(args, terminal);
  return { code, out, error };
}

function put(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const scanned = async (...args: readonly string[]): Promise<ReportDocument> =>
  JSON.parse((await run(['scan', ...args, '--format', 'json'])).out);

test('an archive is scanned into a report that the published schema admits', async () => {
  const { code, out, error } = await run(['scan', archive, '--format', 'json']);
  const report: ReportDocument = JSON.parse(out);
  assert.deepEqual([code, error], [0, '']);
  validateReport(report);
  assert.deepEqual(
    report.findings.map(({ id, severity, upgradeTo }) => [id, severity, upgradeTo]),
    [
      ['CVE-2026-0002', 'medium', '1.0.1'],
      ['CVE-2026-0003', 'low', undefined],
      ['CVE-2026-0001', 'unknown', '3.1.1-r0'],
    ],
  );
  const left = report.packages.find(({ name }) => name === 'left');
  assert.deepEqual(
    [left?.paths, left?.layer],
    [['app/node_modules/left/package.json'], report.image.layers[1]?.diffID],
  );
});

test('the table is what is shown when nothing is said', async () => {
  const { code, out } = await run(['scan', archive]);
  assert.equal(code, 0);
  assert.match(
    out,
    /^2 upgrades remove 2 of 3 findings, 1 has no known fix; 1 exploited in the wild, by ransomware\.$/m,
  );
  assert.match(out, /^medium +left 1\.0\.0 → 1\.0\.1 +1 +KEV ransomware +20%$/m);
  assert.match(out, /^unknown +openssl 3\.1\.0-r0 → 3\.1\.1-r0 +1/m);
  assert.match(out, /Only fixed flaws are known for alpine:3\.18/);
});

for (const id of exporters.keys()) {
  test(`--format ${id} prints, and with --output writes the same to a file`, async () => {
    const path = join(directory, `report.${id}`);
    const printed = await run(['scan', archive, '--format', id]);
    const written = await run(['scan', archive, '-f', id, '-o', path], { colour: true });
    assert.deepEqual([printed.code, written.code, written.out], [0, 0, '']);
    const [text, file] = [printed.out, readFileSync(path, 'utf8')];
    assert.ok(text.includes('CVE-2026-0002') || id === 'spdx');
    assert.ok(!file.includes('\u001b'), 'no colours in a file');
    assert.equal(file.split('\n').length, text.split('\n').length);
  });
}

for (const format of ['cyclonedx', 'spdx']) {
  test(`scanning the ${format} document gives what scanning the image gave`, async () => {
    const path = join(directory, `${format}.json`);
    await run(['scan', archive, '--format', format, '--output', path]);
    const [image, sbom] = [await scanned(archive), await scanned(`sbom:${path}`)];
    assert.deepEqual(sbom.findings, image.findings);
    assert.deepEqual(sbom.coverage, image.coverage);
    assert.deepEqual(sbom.problems, image.problems);
    assert.deepEqual(
      sbom.packages.map(({ id, purl, paths, layer }) => ({ id, purl, paths, layer })),
      image.packages.map(({ id, purl, paths, layer }) => ({ id, purl, paths, layer })),
    );
  });
}

for (const [conditions, code] of [
  [[], 0],
  [['critical'], 1],
  [['critical', '--ignore-unknown'], 0],
  [['medium', '--ignore-unknown'], 1],
  [['kev'], 1],
  [['kev+low', '--ignore-unknown'], 1],
  [['kev+high', '--ignore-unknown'], 0],
  [['low+fixable', '--ignore-unknown'], 1],
  [['epss>=0.3'], 0],
  [['epss>=0.2'], 1],
  [['epss>=0.9,kev'], 1],
] as const) {
  test(`--fail-on ${conditions.join(' ') || 'nothing'} ends with ${code}`, async () => {
    const args = conditions.length > 0 ? ['--fail-on', ...conditions] : [];
    const outcome = await run(['scan', archive, ...args]);
    assert.equal(outcome.code, code);
    assert.match(outcome.out, /CVE-2026-0002/, 'the report is written all the same');
  });
}

test('an ignore file takes findings out of --fail-on, until its rules expire', async () => {
  const rule = (expires: string) =>
    put('ignore.yaml', `ignore:\n  - { id: CVE-2026-0002, reason: not reachable, expires: ${expires} }\n`);
  const holds = await run(['scan', archive, '--fail-on', 'kev', '--ignore-file', rule('2999-12-31')]);
  assert.equal(holds.code, 0);
  assert.match(holds.out, /^Ignored by rule: 1 finding$/m);
  const ended = await run(['scan', archive, '--fail-on', 'kev', '--ignore-file', rule('2020-01-01')]);
  assert.equal(ended.code, 1);
  assert.match(ended.out, /The decision to ignore CVE-2026-0002 ended on 2020-01-01/);
});

test('what cannot be done ends with 2, one line that names the thing, and no report', async () => {
  const folder = join(directory, 'folder');
  mkdirSync(folder, { recursive: true });
  const truncated = put('truncated.tar', readFileSync(archive).subarray(0, 3000));
  const garbage = put('garbage.bin', Buffer.alloc(5000, 7));
  for (const [args, said] of [
    [[], /Name what to scan/],
    [[archive, 'another'], /"another" is too much/],
    [[archive, '--colour'], /--colour.*see "breakwater help scan"/s],
    [[archive, '--format', 'pdf'], /no format "pdf"; there are: table, json, /],
    [[archive, '--fail-on', 'severe'], /does not know "severe"/],
    [[archive, '--timeout', 'soon'], /--timeout takes a positive number, not "soon"/],
    [[archive, '--db', join(directory, 'none.db')], /no vulnerability database at .*none\.db/],
    [[archive, '--db', garbage], /garbage\.bin is not a vulnerability database/],
    [[archive, '--ignore-file', join(directory, 'none.yaml')], /none\.yaml cannot be used/],
    [
      [archive, '--output', join(directory, 'no', 'such', 'folder')],
      /could not be written to .*folder.*OUTPUT_UNWRITABLE/s,
    ],
    [[archive, '--output', folder], /could not be written to .*folder.*OUTPUT_UNWRITABLE/s],
    [[join(directory, 'missing.tar')], /missing\.tar/],
    [[garbage], /garbage\.bin/],
    [[truncated], /truncated\.tar/],
    [[`sbom:${put('sbom.json', '{"bomFormat":')}`], /sbom\.json/],
  ] as const) {
    const { code, out, error } = await run(['scan', ...args]);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(error, said, args.join(' '));
    assert.match(error, /^breakwater scan: [^\n]+ \[[A-Z_]+\]\n$/, args.join(' '));
  }
});

test('a hostile file in an image is a problem in the report', async () => {
  const path = put(
    'hostile.tar',
    dockerArchiveOf([tarOf([{ path: 'app/node_modules/a/package.json', content: '{"name":' }])]),
  );
  const { code, out } = await run(['scan', path]);
  assert.equal(code, 0);
  assert.match(out, /cannot be called clean/);
  assert.match(out, /! .*package\.json/);
});

test('a person who watches sees progress, which leaves nothing behind', async () => {
  const watched = await run(['scan', archive, '--no-cache'], { interactive: true });
  assert.match(watched.error, /\r\u001b\[KReading layer 1 of 2/);
  assert.match(watched.error, /\r\u001b\[K$/);
  assert.equal((await run(['scan', archive, '--quiet'], { interactive: true })).error, '');
});

test('layers are kept where --cache-dir says, and not with --no-cache', async () => {
  const cache = join(directory, 'other-cache');
  await run(['scan', archive, '--no-cache', '--cache-dir', cache]);
  assert.equal(existsSync(cache), false);
  await run(['scan', archive, '--cache-dir', cache]);
  assert.equal(existsSync(cache), true);
});

test('help is printed, and costs no scan', async () => {
  const { code, out } = await run(['scan', '--help']);
  assert.equal(code, 0);
  for (const id of exporters.keys()) assert.match(out, new RegExp(`--format[^]*\\b${id}\\b`));
  assert.equal((await run(['help', 'scan'])).out, out);
});

test('an unknown command says how to find the known ones', async () => {
  const { code, error } = await run(['scam']);
  assert.equal(code, 2);
  assert.match(error, /no command "scam"; see "breakwater help"/);
});

test('with --platform an image that stands alone must be of that platform', async () => {
  const fitting = await run(['scan', archive, '--platform', 'linux/amd64', '--quiet']);
  assert.equal(fitting.code, 0, fitting.error);

  const { code, error } = await run(['scan', archive, '--platform', 'linux/arm64', '--quiet']);
  assert.equal(code, 2);
  assert.match(error, /is an image for linux\/amd64, not for linux\/arm64; leave out --platform.*PLATFORM_NOT_FOUND/);
});
