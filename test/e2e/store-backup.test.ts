import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { backUpStore, restoreStore } from '../../src/store/backup/back-up-store.ts';
import { silentLog as log } from '../../src/store/store-log.ts';
import { acknowledged, dataDirectory, onlyPackaged, readWrites, startWriter } from './store-programs.ts';

/** Backups of a store that runs on a data directory, as the commands make them. */

test('a backup is taken while the server writes, and restored holds all that was acknowledged before', async (t) => {
  const from = dataDirectory(t);
  const to = dataDirectory(t);
  const file = join(from, '..', 'store.backup');
  const writer = startWriter(from);
  await writer.ready;
  await writer.next(({ wrote }) => wrote === 20);
  const before = acknowledged(writer);

  const written = await backUpStore({ dataDir: from, file, log, onlyPackaged });
  await writer.next(({ wrote }) => wrote !== undefined);
  const restored = await restoreStore({ dataDir: to, file, log, onlyPackaged });

  assert.deepEqual(restored, written);
  const found = await readWrites(to);
  assert.deepEqual(
    before.filter((write) => !found.has(write)),
    [],
  );
});

test('a backup is taken of a store whose server was killed', async (t) => {
  const from = dataDirectory(t);
  const to = dataDirectory(t);
  const file = join(from, '..', 'store.backup');
  const writer = startWriter(from);
  await writer.ready;
  await writer.next(({ wrote }) => wrote === 10);
  await writer.kill('SIGKILL');

  await backUpStore({ dataDir: from, file, log, onlyPackaged });
  await restoreStore({ dataDir: to, file, log, onlyPackaged });

  assert.deepEqual(await readWrites(to), await readWrites(from));
});

test('nothing is restored onto a data directory that a server holds, or that has a store', async (t) => {
  const from = dataDirectory(t);
  const file = join(from, '..', 'store.backup');
  const writer = startWriter(from);
  await writer.ready;
  await writer.next(({ wrote }) => wrote === 5);
  await backUpStore({ dataDir: from, file, log, onlyPackaged });

  await assert.rejects(restoreStore({ dataDir: from, file, log, onlyPackaged }), { code: 'DATA_DIRECTORY_BUSY' });
  await writer.kill('SIGTERM');
  await assert.rejects(restoreStore({ dataDir: from, file, log, onlyPackaged }), { code: 'CONFLICT' });
  assert.equal((await readWrites(from)).size, acknowledged(writer).length);
});

test('no store is made where there is none to back up', async (t) => {
  const dataDir = dataDirectory(t);

  await assert.rejects(backUpStore({ dataDir, file: join(dataDir, 'b'), log }), { code: 'NOT_FOUND' });
});
