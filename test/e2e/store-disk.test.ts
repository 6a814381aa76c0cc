import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../src/store/open-store.ts';
import { silentLog as log } from '../../src/store/store-log.ts';
import {
  assertNothingLost,
  dataDirectory,
  fill,
  mount,
  mountDisk,
  needsMount,
  onlyPackaged,
  startWriter,
  writing,
} from './store-programs.ts';

/** Real disks that are full or read-only, and data directories that are not as they should be. */
const tiny = 220;

test(
  'on a full disk requests fail and say why; when there is room again, all goes on by itself',
  needsMount(),
  async (t) => {
    const disk = mountDisk(t, tiny);
    const writer = startWriter(disk);
    await writing(writer);

    fill(join(disk, 'ballast'));
    const { failed, code } = await writer.next((fact) => /disk of .* is full/.test(fact.failed ?? ''));
    assert.equal(code, 'STORE_UNAVAILABLE');
    t.diagnostic(failed ?? '');
    rmSync(join(disk, 'ballast'));
    await writing(writer);
    await writer.kill('SIGTERM');

    await assertNothingLost(disk, writer);
  },
);

test('a server that starts on a full disk says so and loses nothing', needsMount(), async (t) => {
  const disk = mountDisk(t, tiny);
  const first = startWriter(disk);
  await writing(first);
  await first.kill('SIGKILL');
  fill(join(disk, 'ballast'));

  // What the last one gave back may be room enough to start, but not to write.
  const second = startWriter(disk);
  const { code } = await second.next(({ refused, failed }) =>
    /disk of .* is full.*make room/.test(refused ?? failed ?? ''),
  );
  assert.equal(code, 'STORE_UNAVAILABLE');
  await second.kill('SIGKILL');

  rmSync(join(disk, 'ballast'));
  await assertNothingLost(disk, first);
});

test('a disk too small for a new store says so, and leaves nothing half made', needsMount(), async (t) => {
  const disk = mountDisk(t, 20);

  const { refused } = await startWriter(disk).ready;
  assert.match(refused ?? '', /disk of .* is full/);

  mount('-o', `remount,size=${tiny}m`, disk);
  await writing(startWriter(disk));
});

test('a server that starts on a read-only disk says so and loses nothing', needsMount(), async (t) => {
  const disk = mountDisk(t, tiny);
  const first = startWriter(disk);
  await writing(first);
  await first.kill('SIGTERM');
  mount('-o', 'remount,ro', disk);

  const { refused, code } = await startWriter(disk).ready;
  assert.equal(code, 'STORE_UNAVAILABLE');
  assert.match(refused ?? '', /read-only/);

  mount('-o', 'remount,rw', disk);
  await assertNothingLost(disk, first);
});

test('an empty data directory on a read-only disk is refused and says why', needsMount(), async (t) => {
  const disk = mountDisk(t, tiny);
  mount('-o', 'remount,ro', disk);

  const { refused } = await startWriter(join(disk, 'new')).ready;

  assert.match(refused ?? '', /read-only; mount it writable/);
});

test('data of another major version is refused with what was found and what to do', async (t) => {
  const dataDir = dataDirectory(t);
  const data = join(dataDir, 'postgres/data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'PG_VERSION'), '14\n');

  const failure = await openStore({ dataDir, log, onlyPackaged }).catch((error: unknown) => error);

  assert.ok(failure instanceof Error);
  assert.match(failure.message, /was made by PostgreSQL 14, which is not here \(found: \d+.*\)/);
});

test('data whose version cannot be read is left alone', async (t) => {
  const dataDir = dataDirectory(t);
  mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });

  await assert.rejects(openStore({ dataDir, log, onlyPackaged }), { code: 'STORE_INVALID' });
});

test('data goes on being served by the PostgreSQL that made it when a newer one appears beside it', async (t) => {
  const dataDir = dataDirectory(t);
  const first = await openStore({ dataDir, log, onlyPackaged: true });
  await first.store.insertInto('setting').values({ name: 'write-1', value: '1' }).execute();
  await first.close();

  const second = await openStore({ dataDir, log });
  const found = await second.store.selectFrom('setting').selectAll().execute();
  await second.close();

  assert.equal(second.embedded?.version, first.embedded?.version);
  assert.equal(found.length, 1);
});

test('a path too long for a socket is no obstacle', async (t) => {
  const dataDir = join(dataDirectory(t), 'a'.repeat(60), 'b'.repeat(60));

  const opened = await openStore({ dataDir, log, onlyPackaged });
  const found = await opened.store.selectFrom('setting').selectAll().execute();
  await opened.close();

  assert.deepEqual(found, []);
});

test('the database is closed to other users, and its password to its own', { skip: notRoot() }, async (t) => {
  const dataDir = dataDirectory(t);
  const opened = await openStore({ dataDir, log, onlyPackaged });
  const { environ, status } = processFacts(opened.embedded?.pid() ?? 0);
  const at = (path: string) => statSync(join(dataDir, 'postgres', path));

  assert.equal(at('sockets').mode & 0o077, 0);
  assert.equal(at('data').mode & 0o077, 0);
  assert.notEqual(at('data').uid, 0);
  assert.deepEqual([at('password').uid, at('password').mode & 0o077], [0, 0]);
  await opened.close();
  assert.doesNotMatch(environ, /BREAKWATER|PASSWORD|HOME/);
  assert.match(status, /^Uid:\s+[1-9]/m);
});

test('an ordinary user runs everything as itself', { skip: notRoot() }, async (t) => {
  const uid = 65_534;
  const dataDir = dataDirectory(t, uid);
  const writer = startWriter(dataDir, uid);

  const { database } = await writing(writer);

  assert.match(processFacts(database ?? 0).status, new RegExp(`^Uid:\\s+${uid}`, 'm'));
  await writer.kill('SIGTERM');
});

test('a server of another user is told whose data it is', { skip: notRoot() }, async (t) => {
  const uid = 65_534;
  const dataDir = dataDirectory(t, uid);
  const first = startWriter(dataDir, uid);
  await writing(first);
  await first.kill('SIGTERM');
  spawnSync('chown', ['-R', '1', join(dataDir, 'postgres/data')]);

  const { refused } = await startWriter(dataDir, uid).ready;

  assert.match(refused ?? '', /belongs to user 1, and this is user 65534/);
});

test('a user without a name is told what to do', { skip: notRoot() }, async (t) => {
  const uid = 1_234_567;
  const dataDir = dataDirectory(t, uid);

  const { refused } = await startWriter(dataDir, uid).ready;

  assert.match(refused ?? '', /line in \/etc\/passwd, or name a database by BREAKWATER_DATABASE_URL/);
});

test('a data directory below a folder that the database may not enter works', { skip: notRoot() }, async (t) => {
  const closed = join(dataDirectory(t), 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const dataDir = join(closed, 'data');

  for (const count of [0, 1]) {
    const opened = await openStore({ dataDir, log, onlyPackaged });
    assert.equal((await opened.store.selectFrom('setting').selectAll().execute()).length, count);
    await opened.store
      .insertInto('setting')
      .values({ name: `${count}`, value: '1' })
      .execute();
    await opened.close();
  }
});

function processFacts(pid: number): { readonly environ: string; readonly status: string } {
  return { environ: readFileSync(`/proc/${pid}/environ`, 'utf8'), status: readFileSync(`/proc/${pid}/status`, 'utf8') };
}

function notRoot(): string | false {
  return process.getuid?.() === 0 ? false : 'is about what root may do';
}
