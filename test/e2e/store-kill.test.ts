import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNothingLost, dataDirectory, readWrites, startWriter, type Writer, writing } from './store-programs.ts';

/** Real kills of a real server that writes without pause: what it said it wrote must be there. */
const rounds = 3;

test('a killed server loses no acknowledged write, and the next one ends its database', async (t) => {
  const dataDir = dataDirectory(t);
  const writers: Writer[] = [];
  for (let round = 0; round < rounds; round++) {
    const writer = startWriter(dataDir);
    writers.push(writer);
    await writing(writer);
    const { database } = await writer.ready;
    await writer.kill('SIGKILL');
    assert.ok(isAlive(database), 'the database outlives its server');
  }

  await assertNothingLost(dataDir, ...writers);
});

test('a killed database is started again, and the server goes on', async (t) => {
  const dataDir = dataDirectory(t);
  const writer = startWriter(dataDir);
  let { database } = await writing(writer);
  for (let round = 0; round < rounds; round++) {
    const killed = performance.now();
    kill(database);
    ({ database } = await writer.next((fact) => fact.wrote !== undefined && fact.database !== database));
    t.diagnostic(`writes again after ${Math.round(performance.now() - killed)} ms`);
  }
  await writer.kill('SIGTERM');

  const failures = writer.facts.filter(({ failed }) => failed !== undefined);
  assert.deepEqual(
    failures.filter(({ code }) => code !== 'STORE_UNAVAILABLE'),
    [],
  );
  await assertNothingLost(dataDir, writer);
});

test('server and database killed together lose no acknowledged write', async (t) => {
  const dataDir = dataDirectory(t);
  const writers: Writer[] = [];
  for (let round = 0; round < rounds; round++) {
    const writer = startWriter(dataDir);
    writers.push(writer);
    const { database } = await writing(writer);
    kill(database);
    await writer.kill('SIGKILL');
  }

  await assertNothingLost(dataDir, ...writers);
});

test('a single killed process of the database costs nothing but a failed request', async (t) => {
  const dataDir = dataDirectory(t);
  const writer = startWriter(dataDir);
  const { database } = await writing(writer);
  const child = readFileSync(`/proc/${database}/task/${database}/children`, 'utf8').trim().split(' ').at(-1);

  kill(Number(child));
  await writer.next(({ failed }) => failed !== undefined);
  await writing(writer);
  await writer.kill('SIGTERM');

  await assertNothingLost(dataDir, writer);
});

test('a server killed at any moment of its first start leaves nothing that keeps the next from starting', async (t) => {
  const dataDir = dataDirectory(t);
  for (const after of [150, 300, 450, 600, 750, 900, 1_200]) {
    const writer = startWriter(dataDir);
    await sleep(after);
    await writer.kill('SIGKILL');
  }

  assert.ok((await readWrites(dataDir)) instanceof Set);
});

test('a second server on the data directory is refused and told by whom, until the first one is gone', async (t) => {
  const dataDir = dataDirectory(t);
  const first = startWriter(dataDir);
  await writing(first);

  const refused = await startWriter(dataDir).ready;
  assert.equal(refused.code, 'DATA_DIRECTORY_BUSY');
  assert.match(refused.refused ?? '', new RegExp(`process ${first.pid} `));
  await writing(first);

  await first.kill('SIGKILL');
  const next = startWriter(dataDir);
  assert.ok((await next.ready).open !== undefined, 'the kernel took the lock back');
});

test('a stale pid file is removed, whichever process bears its number now', async (t) => {
  const dataDir = dataDirectory(t);
  const first = startWriter(dataDir);
  const { database } = await writing(first);
  const pidFile = join(dataDir, 'postgres/data/postmaster.pid');
  const content = readFileSync(pidFile, 'utf8');
  kill(database);
  await first.kill('SIGKILL');
  await sleep(200);

  writeFileSync(pidFile, content.replace(/^\d+/, `${process.pid}`));
  writeFileSync(join(dataDir, 'postgres/sockets/.s.PGSQL.5432.lock'), `${process.pid}\n`);

  await assertNothingLost(dataDir, first);
});

test('a lost password is renewed', async (t) => {
  const dataDir = dataDirectory(t);
  const first = startWriter(dataDir);
  await writing(first);
  await first.kill('SIGTERM');

  rmSync(join(dataDir, 'postgres/password'));

  await assertNothingLost(dataDir, first);
});

function kill(pid: number | undefined): void {
  assert.ok(pid !== undefined && pid > 1);
  process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
}
