import { migrate } from './migrate.ts';
import { type Database, type OpenDatabaseOptions, openDatabase } from './open-database.ts';
import { storeError } from './store-errors.ts';

/** The store, running and migrated. */
export async function openStore(options: OpenDatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  try {
    await migrate({ pool: database.pool, log: options.log });
    return database;
  } catch (error) {
    await database.close();
    throw storeError(error, database.embedded?.trouble);
  }
}
