import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { Report } from '../../src/model/report.ts';
import { reportOf, runBreakwater } from '../support/run-breakwater.ts';
import { buildSmallDatabase } from '../support/small-database.ts';
import { unpackExample } from './example-image.ts';
import { needs, run } from './programs.ts';

/** Images as skopeo, umoci and Podman write them into files, scanned as a user would. */
const { work, archive } = unpackExample();
const database = join(work, 'small.db');

before(() => buildSmallDatabase(database));

const place = (t: TestContext) => mkdtempSync(join(work, `${t.name.slice(0, 8).replace(/\W/g, '-')}-`));
const copy = (from: string, to: string, ...options: string[]) =>
  run('skopeo', ['--insecure-policy', 'copy', '--quiet', ...options, from, to]);

async function scan(reference: string, ...args: string[]): Promise<Report> {
  return reportOf(await runBreakwater(['scan', reference, '--db', database, '--format', 'json', '--quiet', ...args]));
}

const named = (report: Report, type: string) =>
  report.packages.filter((found) => found.type === type).map(({ name, version }) => `${name}@${version}`);

function assertIsAlpine(report: Report, what: string): void {
  assert.equal(named(report, 'apk').length, 14, what);
  assert.deepEqual(
    [report.image.kind, report.image.os?.id, report.image.os?.version],
    ['image', 'alpine', '3.10.4'],
    what,
  );
  assert.deepEqual(
    report.problems.filter(({ code }) => code !== 'stream-without-data'),
    [],
    what,
  );
}

test('every form that skopeo writes is the same image', needs('skopeo'), async (t) => {
  const to = place(t);
  const forms: [transport: string, path: string, ...options: string[]][] = [
    ['docker-archive', `${to}/docker.tar`],
    ['oci', `${to}/gzip`],
    ['oci', `${to}/zstd`, '--dest-compress-format', 'zstd'],
    ['oci', `${to}/chunked`, '--dest-compress-format', 'zstd:chunked'],
    ['oci', `${to}/plain`, '--dest-decompress'],
    ['oci-archive', `${to}/oci.tar`],
  ];
  const ids = new Set<string>();
  for (const [transport, path, ...options] of forms) {
    await copy(`docker-archive:${archive}`, `${transport}:${path}:name:1`, ...options);
    const report = await scan(path);
    assertIsAlpine(report, path);
    ids.add(JSON.stringify(report.packages.map(({ id }) => id)));
  }
  assert.equal(ids.size, 1, 'the ids of packages are the same in every form');
});

test(
  'one of the images of a layout is changed by umoci: whiteouts hide, and that is said',
  needs('skopeo', 'umoci'),
  async (t) => {
    const to = place(t);
    await copy(`docker-archive:${archive}`, `oci:${to}/layout:one`);
    await run('umoci', ['unpack', '--rootless', '--image', `${to}/layout:one`, `${to}/bundle`]);
    const left = join(to, 'bundle/rootfs/app/node_modules/left');
    rmSync(join(to, 'bundle/rootfs/lib/apk'), { recursive: true });
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'package.json'), '{"name":"left","version":"1.0.0"}');
    await run('umoci', ['repack', '--image', `${to}/layout:two`, `${to}/bundle`]);

    assertIsAlpine(await scan(`${to}/layout#one`), 'untouched');
    const changed = await scan(`${to}/layout#two`);

    assert.deepEqual(named(changed, 'apk'), []);
    assert.deepEqual(named(changed, 'npm'), ['left@1.0.0']);
    assert.equal(
      changed.packages.find(({ type }) => type === 'npm')?.locations[0]?.layer,
      changed.image.layers[1]?.diffID,
    );
    assert.deepEqual(
      changed.findings.map(({ id }) => id),
      ['CVE-2026-0002'],
    );
    assert.ok(changed.problems.some(({ code }) => code === 'package-database-missing'));
    const unclear = await runBreakwater(['scan', `${to}/layout`, '--db', database]);
    assert.equal(unclear.code, 2);
    assert.match(unclear.error, /2 images \(one, two\).*PATH#NAME/);
    const directory = await scan(join(to, 'bundle/rootfs'));
    assert.equal(directory.image.kind, 'directory');
    assert.deepEqual(named(directory, 'npm'), ['left@1.0.0']);
  },
);

test('what Podman saves is read: one image, several in one archive, and an OCI archive', needs('podman'), async (t) => {
  const to = place(t);
  const podman = (...args: string[]) =>
    run('podman', ['--root', `${to}/root`, '--runroot', `${to}/run`, '--storage-driver', 'vfs', ...args]);
  await podman('load', '--quiet', '--input', archive);
  const [id = ''] = (await podman('images', '--quiet')).split('\n');
  await podman('tag', id, 'localhost/first:1', 'localhost/second:2');
  await podman('save', '--quiet', '--output', `${to}/one.tar`, 'localhost/first:1');
  await podman(
    'save',
    '--quiet',
    '--multi-image-archive',
    '--output',
    `${to}/all.tar`,
    'localhost/first:1',
    'localhost/second:2',
  );
  await podman('save', '--quiet', '--format', 'oci-archive', '--output', `${to}/oci.tar`, 'localhost/first:1');

  for (const reference of [`${to}/one.tar`, `${to}/all.tar#localhost/second:2`, `${to}/oci.tar`])
    assertIsAlpine(await scan(reference), reference);
  const unknown = await runBreakwater(['scan', `${to}/all.tar#third`, '--db', database]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.error, /PATH#NAME.*IMAGE_NOT_FOUND/);
});
