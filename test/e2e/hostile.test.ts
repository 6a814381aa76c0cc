import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Report } from '../../src/model/report.ts';
import {
  type LargeLayer,
  type LargeMember,
  largeLayer,
  type Store,
  stores,
  writeArchive,
} from '../support/large-images.ts';
import { type Run, reportOf, runBreakwater } from '../support/run-breakwater.ts';
import { buildSmallDatabase } from '../support/small-database.ts';
import { dockerArchiveOf, sha256, type TarMember, tarOf } from '../support/tar.ts';

/** Images made to break a scanner, each scanned by a process of its own. Every peak of memory is printed. */
const peakLimitMiB = 250;

const work = mkdtempSync(join(tmpdir(), 'breakwater-hostile-'));
const database = join(work, 'small.db');
before(() => buildSmallDatabase(database));
after(() => rmSync(work, { recursive: true, force: true }));

const release: TarMember = { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.1\n' };
const musl: TarMember = { path: 'lib/apk/db/installed', content: 'P:musl\nV:1.2.5-r0\n\n' };
const left: TarMember = { path: 'app/node_modules/left/package.json', content: '{"name":"left","version":"1.0.0"}' };
const gibibyte = 2 ** 30;
const elf = Buffer.concat([Buffer.from('\u007fELF\u0002\u0001\u0001', 'latin1'), Buffer.alloc(57)]);

async function scan(t: TestContext, reference: string, ...args: string[]): Promise<Run> {
  const run = await runBreakwater(['scan', reference, '--db', database, '--format', 'json', '--quiet', ...args]);
  t.diagnostic(`peak ${run.peakMiB.toFixed(0)} MiB, ${run.seconds.toFixed(1)} s, code ${run.code}`);
  assert.equal(run.signal, null, 'it was not killed');
  assert.ok(run.peakMiB < peakLimitMiB, `peak memory of ${run.peakMiB.toFixed(0)} MiB`);
  return run;
}

/** Scans an image of layers; its archive is removed as soon as that is done, since some are large. */
async function scanLayers(t: TestContext, layers: readonly LargeLayer[], store: Store = stores.plain): Promise<Run> {
  const path = join(work, 'image.tar');
  writeArchive(path, layers, store);
  try {
    return await scan(t, path);
  } finally {
    rmSync(path);
  }
}

async function scanFile(t: TestContext, content: Buffer, ...args: string[]): Promise<Run> {
  const path = join(work, 'image.tar');
  writeFileSync(path, content);
  return scan(t, path, ...args);
}

const found = ({ packages, findings }: Report) => [
  packages.map(({ name }) => name).sort(),
  findings.map(({ id }) => id).sort(),
];
const everything = [
  ['left', 'musl'],
  ['CVE-2026-0001', 'CVE-2026-0002'],
];
const codes = ({ problems }: Report) => problems.map(({ code, where }) => `${code} ${where}`).sort();

function assertRefused(run: Run, code: string, ...said: string[]): void {
  assert.equal(run.code, 2, run.error);
  assert.equal(run.out, '', 'no report that could look clean');
  for (const text of [`[${code}]`, ...said]) assert.ok(run.error.includes(text), `${run.error} lacks ${text}`);
  assert.ok(!run.error.includes('unexpected error'), run.error);
  assert.equal(run.error.trimEnd().split('\n').length, 1, run.error);
}

const tenGibibytes = largeLayer(() => [
  release,
  musl,
  ...[0, 1, 2, 3, 4].map((at) => ({ path: `data/${at}`, zeroes: 2 * gibibyte })),
  left,
]);

for (const [name, store] of Object.entries(stores)) {
  test(`a layer of 10 GiB is read to its end (${name})`, async (t) => {
    const report = reportOf(await scanLayers(t, [tenGibibytes], store));
    assert.deepEqual(found(report), everything);
    assert.deepEqual(report.problems, []);
  });
}

test('a layer of 10 GiB is stopped by a limit on bytes and by one on time, and what was found stands', async (t) => {
  const path = join(work, 'image.tar');
  for (const store of [stores.plain, stores.gzip]) {
    writeArchive(path, [tenGibibytes], store);
    for (const limit of [
      ['--max-layer-size', '1'],
      ['--timeout', '0.02'],
    ]) {
      const report = reportOf(await scan(t, path, ...limit));
      assert.ok(
        report.problems.some(({ code, message }) => code === 'layer-incomplete' && message.includes('only in part')),
        JSON.stringify(report.problems),
      );
    }
  }
});

test('an image of 200 layers is joined', async (t) => {
  const layers = Array.from({ length: 200 }, (_item, at) =>
    largeLayer(function* () {
      if (at === 0) yield* [release, left];
      yield { ...musl, content: `P:musl\nV:1.2.5-r0\n\nP:p${at}\nV:1.0-r0\n\n` };
      for (let file = 0; file < 500; file += 1) yield { path: `d${file}/f${at}`, content: 'x' };
    }),
  );
  for (const store of [stores.plain, stores.gzip]) {
    const report = reportOf(await scanLayers(t, layers, store));
    assert.deepEqual(found(report), [['left', 'musl', 'p199'], everything[1]]);
    assert.equal(report.packages.find(({ name }) => name === 'p199')?.locations[0]?.layer, layers[199]?.diffID);
    assert.equal(report.packages.find(({ name }) => name === 'musl')?.locations[0]?.layer, layers[0]?.diffID);
  }
});

test('a layer of 1,000,000 files is read to its end', async (t) => {
  const layer = largeLayer(function* (): Generator<LargeMember> {
    yield* [release, musl];
    for (let at = 0; at < 1_000_000; at += 1) yield { path: `usr/share/d${at % 5000}/file-${at}.dat`, mode: 0o755 };
    yield left;
  });
  for (const store of [stores.plain, stores.gzip]) {
    const report = reportOf(await scanLayers(t, [layer], store));
    assert.deepEqual(found(report), everything);
    assert.deepEqual(report.problems, []);
  }
});

test('a layer of 1,000,000 directories or links ends at a limit, and that is said', async (t) => {
  const kinds: Record<string, (at: number) => LargeMember> = {
    directories: (at) => ({ path: `d${at}/a/b/c/d/e` }),
    symlinks: (at) => ({ path: `l${at % 100}/l${at}`, type: '2', link: `../t${at}` }),
    'hard links': (at) => ({ path: `l${at % 100}/l${at}-${'n'.repeat(80)}`, type: '1', link: `t${at}` }),
  };
  for (const [kind, member] of Object.entries(kinds)) {
    const layer = largeLayer(function* (): Generator<LargeMember> {
      yield* [release, musl];
      for (let at = 0; at < 1_000_000; at += 1) yield member(at);
    });
    const report = reportOf(await scanLayers(t, [layer], stores.gzip));
    assert.deepEqual(found(report), [['musl'], ['CVE-2026-0001']], kind);
    assert.deepEqual(codes(report), [`layer-incomplete layer ${layer.diffID}`], kind);
  }
});

for (const [name, store] of Object.entries({ plain: stores.plain, gzip: stores.gzip })) {
  test(`a wanted file of 5 GiB is skipped by name (${name})`, async (t) => {
    const huge: Record<string, LargeMember> = {
      'app/node_modules/huge/package.json': { path: 'app/node_modules/huge/package.json', content: '{"name":"' },
      'usr/bin/huge': { path: 'usr/bin/huge', content: elf, mode: 0o755 },
      'var/lib/rpm/Packages': { path: 'var/lib/rpm/Packages', content: 'x' },
    };
    for (const [path, member] of Object.entries(huge)) {
      const layer = largeLayer(() => [release, musl, { ...member, zeroes: 5 * gibibyte }, left]);
      const report = reportOf(await scanLayers(t, [layer], store));
      assert.deepEqual(found(report), everything);
      assert.deepEqual(codes(report), [`file-skipped ${path}`]);
    }
  });
}

test('a wanted file of 3 GiB, which may be looked at, is looked at without being held', async (t) => {
  const layer = largeLayer(() => [
    release,
    musl,
    { path: 'usr/bin/large', content: elf, zeroes: 3 * gibibyte, mode: 0o755 },
    { path: 'app/node_modules/large/package.json', content: '{"name":"', zeroes: 3 * gibibyte },
    left,
  ]);
  const report = reportOf(await scanLayers(t, [layer], stores.gzip));
  assert.deepEqual(found(report), everything);
  assert.deepEqual(codes(report), ['file-unreadable app/node_modules/large/package.json']);
});

test('package databases without end are read in part, and that is said', async (t) => {
  const records = (text: string) => text.repeat(Math.floor((40 * 2 ** 20) / text.length));
  const installed = { ...musl, content: `${musl.content}${records('P:a\nV:1\n\n')}` };
  const report = reportOf(await scanLayers(t, [largeLayer(() => [release, installed, left])], stores.gzip));
  assert.ok(codes(report).includes('limit-exceeded lib/apk/db/installed'), JSON.stringify(report.problems));
  assert.deepEqual(report.findings.map(({ id }) => id).sort(), everything[1]);
});

test('bombs within files of a layer are bounded: an archive in a jar, a document that nests', async (t) => {
  const jar = zipOf('META-INF/MANIFEST.MF', Buffer.alloc(600 * 2 ** 20));
  const members = [
    release,
    musl,
    { path: 'app/bomb.jar', content: jar },
    { path: 'app/fifty.jar', content: nestedJar(50) },
    { path: 'app/node_modules/deep/package.json', content: `${'['.repeat(2_000_000)}` },
    { path: 'usr/lib/python3/site-packages/x.dist-info/METADATA', content: 'Name: x\n'.repeat(500_000) },
    left,
  ];
  const report = reportOf(await scanFile(t, dockerArchiveOf([tarOf(members)])));
  assert.deepEqual(report.findings.map(({ id }) => id).sort(), everything[1]);
  for (const path of ['app/bomb.jar', 'app/fifty.jar', 'app/node_modules/deep/package.json'])
    assert.ok(
      report.problems.some(({ where }) => where.startsWith(path)),
      `${path}: ${JSON.stringify(report.problems)}`,
    );
});

test('links in circles and names that climb out harm nobody', async (t) => {
  const members: TarMember[] = [
    { path: 'loop', type: '2', link: 'loop' },
    { path: 'a', type: '2', link: 'b' },
    { path: 'b', type: '2', link: 'a' },
    { path: 'lib', type: '2', link: '/lib/../lib' },
    { path: 'out', type: '2', link: '../../../../../../etc' },
    { path: 'out/passwd', content: 'x' },
    { path: '../../../../tmp/breakwater-was-here', content: 'x' },
    { path: '/../etc/cron.d/x', content: 'x' },
    { path: 'x/../../y', type: '1', link: '../../../../etc/passwd' },
    { path: 'hard', type: '1', link: '../../../../etc/passwd' },
    release,
    musl,
    left,
  ];
  const layer = tarOf(members);
  const report = reportOf(await scanFile(t, dockerArchiveOf([layer])));
  assert.deepEqual(found(report), everything);
  assert.deepEqual(codes(report), Array(4).fill(`path-outside layer ${sha256(layer)}`));
});

test('an entry of 2^63 bytes is refused, in the archive and in a layer', async (t) => {
  const rawSize = Buffer.from([0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
  assertRefused(await scanFile(t, tarOf([{ path: 'layer.tar', rawSize }])), 'ARCHIVE_CORRUPT', 'image.tar', '2^53');
  const layer = tarOf([release, { path: 'huge', rawSize }, musl]);
  for (const stored of [layer, gzipSync(layer), zstdCompressSync(layer)])
    assertRefused(
      await scanFile(t, dockerArchiveOf([layer], { stored: [stored] })),
      'ARCHIVE_CORRUPT',
      sha256(layer),
      'offset',
    );
  const almost = tarOf([release, { path: 'huge', claim: 2 ** 52 }, musl]);
  assertRefused(await scanFile(t, dockerArchiveOf([almost])), 'ARCHIVE_CORRUPT', sha256(almost));
});

test('a layer that is not the one its digest names is refused by name', async (t) => {
  const layer = tarOf([release, musl, left]);
  const other = tarOf([release, left]);
  for (const stored of [other, gzipSync(other), zstdCompressSync(other)])
    assertRefused(await scanFile(t, dockerArchiveOf([layer], { stored: [stored] })), 'DIGEST_MISMATCH', sha256(layer));
});

test('archives cut short or damaged anywhere are refused, or are the same image', async (t) => {
  const layer = tarOf([release, musl, { path: 'padding', content: 'x'.repeat(20_000) }, left]);
  for (const whole of [dockerArchiveOf([layer], { stored: [gzipSync(layer)] }), gzipSync(dockerArchiveOf([layer]))]) {
    for (const part of [0.001, 0.1, 0.35, 0.6, 0.85, 0.97]) {
      const at = Math.floor(whole.length * part);
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x55, at);
      for (const content of [whole.subarray(0, at), damaged]) {
        const run = await scanFile(t, content, '--no-cache');
        if (run.code === 0) assert.deepEqual(found(reportOf(run)), everything, `${part}`);
        else assert.match(run.error, /\[[A-Z_]+\]\n$/, `${part}: ${run.error}`);
        assert.ok(!run.error.includes('unexpected error'), run.error);
      }
    }
  }
});

test('a bomb in place of an archive is unpacked into nothing, and refused', async (t) => {
  const mebibytes = gzipSync(Buffer.alloc(64 * 2 ** 20), { level: 9 });
  const bomb = Buffer.concat(Array(160).fill(mebibytes));
  assertRefused(await scanFile(t, bomb), 'INPUT_UNRECOGNISED', 'image.tar', 'manifest.json');
});

/** A zip of one deflated member. */
function zipOf(name: string, content: Buffer): Buffer {
  const data = deflateRawSync(content, { level: 9 });
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  local.copy(central, 6, 4, 30);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + data.length, 16);
  return Buffer.concat([local, Buffer.from(name), data, central, Buffer.from(name), end]);
}

function nestedJar(depth: number): Buffer {
  let jar = zipOf('META-INF/MANIFEST.MF', Buffer.from('Implementation-Title: deep\nImplementation-Version: 1\n'));
  for (let level = 0; level < depth; level += 1) jar = zipOf(`level-${level}.jar`, jar);
  return jar;
}
