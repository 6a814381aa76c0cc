import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { defaultLimits } from '../images/limits.ts';
import { openSubject } from '../images/open-subject.ts';
import { hostPlatform } from '../images/platform.ts';
import { imageSources } from '../images/sources/index.ts';
import { severities } from '../model/severity.ts';
import { openTestStore } from '../store/testing/open-test-store.ts';
import { takeInventory } from '../vulnerability/assess.ts';
import { catalogers } from '../vulnerability/catalogers/index.ts';
import { unpackStarter } from '../vulnerability/database/starter.ts';
import { openDatabase } from '../vulnerability/database.ts';
import { createJudge } from '../vulnerability/judge.ts';
import { noLayerCache } from '../vulnerability/layer-cache.ts';
import { versionSchemes } from '../vulnerability/version-schemes/index.ts';
import { recordScan } from './assessment/record-scan.ts';
import { installDatabase } from './assessment/rematch.ts';
import { readScanned, reportOf } from './scanned-image.ts';

const root = resolve(import.meta.dirname, '../..');

async function inventoryOf(path: string) {
  const registry = { plainHttp: false, timeoutMs: 1000, retries: 0 };
  const subject = await openSubject(path, imageSources, { platform: hostPlatform(), registry });
  assert.equal(subject.kind, 'image');
  if (subject.kind !== 'image') throw new Error('unreachable');
  const taken = await takeInventory(subject, {
    catalogers,
    cache: noLayerCache,
    limits: defaultLimits,
    scannerVersion: '',
  });
  await subject.close();
  return taken;
}

test('an image comes back as it was scanned, and its findings are those of a scan on the command line', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'read-image-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await using opened = await openTestStore();
  const path = unpackStarter(join(root, 'data/starter.db.zst'), folder);
  const installed = await installDatabase(opened.store, { after: path, digest: 'sha256:starter', installedBy: 'test' });
  const database = openDatabase(path);
  const judge = createJudge(database, versionSchemes);
  const current = { build: installed?.build ?? 0, path, database, judge };
  const vulnerabilities = { current: () => current, refresh: async () => current };
  const { image: scanned, inventory } = await inventoryOf(join(root, 'docs/examples/alpine-3.10.tar.gz'));
  const { id } = await opened.store
    .insertInto('image')
    .values({ digest: 'sha256:1', name: 'a' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const recorder = { store: opened.store, vulnerabilities, now: () => new Date('2026-08-10') };
  await recordScan(recorder, { image: id, scanned, inventory, scanner: '1', because: 'push' });

  const read = await readScanned(opened.store, id);
  assert.ok(read);
  assert.deepEqual(read.image, scanned);
  assert.deepEqual(read.inventory, inventory);

  const { findings } = await reportOf(opened.store, { id, scanner: '1' }, read, current);
  assert.ok(findings.length > 10);
  const { rows } = await sql<{ key: string }>`
    SELECT concat_ws(' ', component, flaw.name, severity, array_to_string(fixed, ','), upgrade_to) AS key
    FROM image_components, unnest(components) AS component JOIN candidate USING (component) JOIN flaw ON flaw.id = flaw
    WHERE image = ${id}`.execute(opened.store);
  const componentOf = new Map(read.inventory.packages.map((found, at) => [found.id, read.components[at]]));
  const expected = findings.map(({ package: found, id: name, severity, fixed, upgradeTo }) =>
    [componentOf.get(found), name, severities.indexOf(severity), fixed.join(), upgradeTo]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  assert.deepEqual(rows.map(({ key }) => key).sort(), [...new Set(expected)].sort());
  assert.equal(await readScanned(opened.store, id + 1), undefined);
  database.close();
});
