import { createHash } from 'node:crypto';
import pg from 'pg';
import { connect } from '../connect.ts';
import { hashOf, migrate } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';
import { silentLog } from '../store-log.ts';
import { startTestCluster } from './test-cluster.ts';

export type TestContent = 'migrated' | 'empty';

/** A PostgreSQL in which tests make databases of their own. */
export interface TestServer {
  /** Gives its URL. */
  readonly createDatabase: (name: string, content: TestContent) => Promise<string>;
  readonly dropDatabase: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Of the schema, so that a changed one makes another template. */
export const templateName = `template_${createHash('sha256')
  .update(migrations.map((step) => [step.id, hashOf(step)]).join())
  .digest('hex')
  .slice(0, 12)}`;

/** Uses the server of that URL, or starts one. */
export async function startTestServer(external?: string): Promise<TestServer> {
  const cluster = external === undefined ? await startTestCluster(templateName, makeTemplate) : undefined;
  const url = external ?? cluster?.url ?? '';
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  admin.on('error', () => undefined);
  try {
    if (external !== undefined) await makeTemplate(url);
  } catch (error) {
    await admin.end();
    throw error;
  }
  return {
    createDatabase: async (name, content) => {
      const template = content === 'migrated' ? templateName : 'template0';
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
      return databaseUrl(url, name);
    },
    dropDatabase: async (name) => {
      // A database goes with its server.
      if (admin.ending) return;
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
    stop: async () => {
      await admin.end();
      await cluster?.stop();
    },
  };
}

/** Any number of ours: test processes that share a server make the template once. */
const lockKey = 7_318_349_395;

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [templateName]);
    if (rowCount !== 0) return;
    const partial = `${templateName}_partial`;
    await client.query(`DROP DATABASE IF EXISTS ${partial} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${partial}`);
    const connection = connect({ url: databaseUrl(url, partial), log: silentLog });
    await migrate({ pool: connection.pool, log: silentLog }).finally(connection.close);
    await client.query(`ALTER DATABASE ${partial} RENAME TO ${templateName}`);
  } finally {
    await client.end();
  }
}

function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
