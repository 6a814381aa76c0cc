import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { defaultLimits } from '../../src/images/limits.ts';
import { openSubject } from '../../src/images/open-subject.ts';
import { hostPlatform } from '../../src/images/platform.ts';
import { imageSources } from '../../src/images/sources/index.ts';
import { openVulnerabilities } from '../../src/server/assessment/open-vulnerabilities.ts';
import { recordScan } from '../../src/server/assessment/record-scan.ts';
import { installDatabase } from '../../src/server/assessment/rematch.ts';
import { latestBuild } from '../../src/store/builds.ts';
import { openStore } from '../../src/store/open-store.ts';
import { silentLog } from '../../src/store/store-log.ts';
import { checkSummaries } from '../../src/store/summaries.ts';
import type { Store } from '../../src/store/tables.ts';
import type { Inventory } from '../../src/vulnerability/assemble.ts';
import { takeInventory } from '../../src/vulnerability/assess.ts';
import { catalogers } from '../../src/vulnerability/catalogers/index.ts';
import { noLayerCache } from '../../src/vulnerability/layer-cache.ts';
import { loadEstate, makeEstate } from '../server/estate.ts';
import { writePopularDelta } from '../server/popular-delta.ts';

/**
 * Usage: measure-estate.ts DATABASE DIRECTORY IMAGES RECORDED ARCHIVE… — records so many images one by one as the server does, loads
 * the rest in bulk, and puts in force a database in which the hundred most frequent packages have a new flaw.
 */
const [database = '', directory = '', images = '', recorded = '', ...archives] = process.argv.slice(2);
const packagesEach = 300;
const changedPackages = 100;
const atOnce = 2;

const { store, url, close } = await openStore({
  dataDir: join(directory, 'server'),
  databaseUrl: undefined,
  log: silentLog,
});
const config = { dataDir: join(directory, 'server'), vulnerabilityDatabase: database };
const log = pino({ level: 'silent' });
const vulnerabilities = await openVulnerabilities({ config, store, url, log, now: () => new Date(), lookMs: 2 ** 30 });
const inventories: Inventory[] = [];
for (const archive of archives) inventories.push(await inventoryOf(archive));

const recording = await recordOneByOne(Number(recorded));
await sql`TRUNCATE image, component, flaw RESTART IDENTITY CASCADE`.execute(store);
const loading = await loadEstate(store, database, makeEstate(inventories, Number(images), packagesEach));
const size = await sizeOf(store);
const delta = await measureDelta();
const differences = await checkSummaries(store, false);
await vulnerabilities.close();
await close();
if (differences.length > 0) throw new Error('summaries differ from a recount');
process.stdout.write(
  JSON.stringify({ recording, loading: loading.ms, components: loading.components, size, ...delta }),
);

async function inventoryOf(archive: string): Promise<Inventory> {
  const registry = { plainHttp: false, timeoutMs: 1000, retries: 0 };
  const subject = await openSubject(archive, imageSources, { platform: hostPlatform(), registry });
  if (subject.kind !== 'image') throw new Error(`${archive} is no image`);
  const options = { catalogers, cache: noLayerCache, limits: defaultLimits, scannerVersion: '' };
  const { inventory } = await takeInventory(subject, options);
  await subject.close();
  return inventory;
}

/** ms that the server needs for what workers found in so many images. */
async function recordOneByOne(count: number): Promise<number> {
  const estate = makeEstate(inventories, count, packagesEach);
  const started = performance.now();
  const recordAll = async () => {
    for (const { digest, name, packages } of estate) {
      const row = await store.insertInto('image').values({ digest, name }).returning('id').executeTakeFirstOrThrow();
      const scanned = { reference: name, kind: 'image', layers: [] } as const;
      const inventory = { os: undefined, packages, problems: [] };
      const recorder = { store, vulnerabilities, now: () => new Date() };
      await recordScan(recorder, { image: row.id, scanned, inventory, scanner: '1', because: 'push' });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, recordAll));
  return performance.now() - started;
}

async function measureDelta() {
  const after = join(directory, 'popular.db');
  await writePopularDelta(store, database, after, changedPackages);
  const expected = (await latestBuild(store))?.id;
  const installation = {
    before: database,
    after,
    digest: `sha256:${statSync(after).mtimeMs}`,
    installedBy: 'bench',
    ...(expected !== undefined && { expected }),
  };
  const installed = await installDatabase(store, installation);
  if (!installed) throw new Error('the database was not put in force');
  return { delta: installed.took, imagesChanged: installed.imagesChanged, appeared: installed.appeared };
}

async function sizeOf(of: Store): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`SELECT pg_database_size(current_database()) AS bytes`.execute(of);
  return Number(rows[0]?.bytes) / 1e6;
}
