import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { backupTo } from '../src/store/backup/backup-to.ts';
import { fillTables } from '../src/store/testing/fill-tables.ts';
import { startTestServer } from '../src/store/testing/test-server.ts';

/**
 * Usage: record-release.ts VERSION — run when a version is released: keeps a store as that version makes it, a row in every
 * table, so that all later versions are tested to migrate it.
 */
const version = process.argv[2] ?? '';
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error('Usage: tools/node tools/record-release.ts VERSION');
const folder = resolve(import.meta.dirname, '../src/store/migrations/testdata/released');
mkdirSync(folder, { recursive: true });

const server = await startTestServer();
const pool = new pg.Pool({ connectionString: await server.createDatabase('released', 'migrated'), max: 1 });
const client = await pool.connect();
await fillTables(client);
client.release();
const file = join(folder, `${version}.backup`);
const { tables } = await backupTo(pool, file);
await pool.end();
await server.stop();
process.stdout.write(`Wrote ${file}: ${tables.length} tables. Commit it with the release.\n`);
