import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { startPushRegistry } from '../support/push-registry.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { externalPostgres, needsInstalled } from './external-postgres.ts';
import { needs } from './programs.ts';

const images = 40;
const losses = 6;
const skip = needs('docker-registry').skip || needsInstalled().skip;

test('two replicas on one PostgreSQL share the work, and lose or double no scan when either is killed at any moment', {
  skip,
}, async (t) => {
  const { url, count, rows, end } = await startDatabase(t);
  const directory = mkdtempSync(join(tmpdir(), 'bw-'));
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const start = (name: string) =>
    startServerProcess({
      dataDir: join(directory, name),
      args: ['--network-allow', '127.0.0.0/8', '--scan-workers', '1'],
      environment: { BREAKWATER_DATABASE_URL: url, BREAKWATER_KEY_FILE: keyFile },
    });
  const registry = await startPushRegistry();
  const replicas: ServerProcess[] = [];
  // Before the database that they use: what a test leaves is cleaned up in the order that it was made in.
  const clean = async () => {
    await Promise.all(replicas.map((replica) => replica.remove()));
    await registry.stop();
    await end();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    replicas.push(await start('a'), await start('b'));
    for (let at = 0; at < images; at += 1) await registry.push(`team/app-${at % 7}`, `v${at}`);

    const settings = { name: 'local', kind: 'distribution', host: registry.host, plainHttp: true, pollMinutes: 0 };
    await replicas[0]?.api('POST', '/registries', settings);
    for (let lost = 0; lost < losses; lost += 1) {
      await new Promise((resume) => setTimeout(resume, 700 + 350 * lost));
      const at = lost % 2;
      await replicas[at]?.stop('SIGKILL');
      replicas[at] = await start(at === 0 ? 'a' : 'b');
    }
    const late = Date.now() + 180_000;
    while ((await count("SELECT FROM job WHERE state IN ('waiting', 'running')")) > 0) {
      assert.ok(Date.now() < late, JSON.stringify(await rows('SELECT kind, state, attempt FROM job')));
      await new Promise((resume) => setTimeout(resume, 250));
    }

    assert.equal(await count("SELECT FROM image WHERE state = 'scanned'"), images);
    assert.equal(await count('SELECT FROM image'), images);
    assert.equal(await count("SELECT FROM job WHERE kind = 'scan' AND state = 'done'"), images, 'one scan of each');
    assert.equal(await count("SELECT FROM job WHERE kind = 'scan'"), images);
    const doubled = "SELECT FROM image_event WHERE change = 'scanned' GROUP BY image HAVING count(*) > 1";
    assert.equal(await count(doubled), 0);
    const sums = await rows('SELECT DISTINCT critical, high, medium, low, fixable FROM image_summary');
    assert.equal(sums.length, 1, 'images that hold the same have the same findings');
    t.diagnostic(`${await count('SELECT FROM job WHERE attempt > 1')} jobs were taken over`);
  } finally {
    await clean();
  }
});

async function startDatabase(t: TestContext) {
  const server = await externalPostgres(t);
  await server.query('CREATE DATABASE breakwater');
  const url = server.url('admin', 'admin', 'breakwater');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const rows = async (sql: string) => (await client.query(sql)).rows as unknown[];
  return { url, rows, end: () => client.end(), count: async (sql: string) => (await rows(sql)).length };
}
