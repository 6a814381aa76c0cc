import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keepFile, storeFile } from '../../src/server/assessment/database-files.ts';
import { installDatabase } from '../../src/server/assessment/rematch.ts';
import { dataPaths } from '../../src/server/config.ts';
import { openStore } from '../../src/store/open-store.ts';
import { recount } from '../../src/store/recount.ts';
import { silentLog } from '../../src/store/store-log.ts';
import type { BenchContext } from '../benchmark.ts';
import { loadEstate, makeEstate } from './estate.ts';
import { realInventories } from './estate-files.ts';

const packagesEach = 300;

/** A data directory with a large estate in its store: the one that was asked to be kept, else made for this run. */
export async function openEstate({ estate, breakwater, directory }: BenchContext): Promise<string> {
  const dataDir = estate.dataDir ?? join(directory, 'estate');
  if (existsSync(join(dataDir, 'postgres'))) return dataDir;
  const { store, close } = await openStore({ databaseUrl: undefined, dataDir, log: silentLog });
  try {
    const { path, digest } = await keepFile(dataPaths({ dataDir }).vulnerabilities, breakwater.database);
    await installDatabase(store, { after: path, digest, installedBy: 'bench' }, storeFile(path));
    await loadEstate(store, path, makeEstate(realInventories(), estate.images, packagesEach));
    await recount(store);
  } finally {
    await close();
  }
  return dataDir;
}
