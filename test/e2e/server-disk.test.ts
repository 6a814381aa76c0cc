import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/store/open-store.ts';
import { silentLog as log } from '../../src/store/store-log.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { fill, mountDisk, needsMount } from './store-programs.ts';

/** The whole server on a disk that is full, or becomes so. */
const roomy = 400;

test('a first start on a disk without room names the directory and the next step', needsMount(), async (t) => {
  for (const megabytes of [1, 100]) {
    const dataDir = join(mountDisk(t, megabytes), 'data');

    await assert.rejects(startServerProcess({ dataDir }), (error: Error) => {
      assert.match(error.message, /ended with 2: /);
      assert.ok(error.message.includes(`data directory ${dataDir} is too full`), error.message);
      assert.match(error.message, /MB free, .*Make room, or name another .*\[STORE_UNAVAILABLE\]/);
      return true;
    });
  }
});

test('while the disk is full the server says that it is not ready and why, and lives', needsMount(), async (t) => {
  const disk = mountDisk(t, roomy);
  const server = await startOn(t, disk);

  fill(join(disk, 'ballast'));
  const { status, checks } = await readiness(server);
  assert.equal(status, 503);
  assert.deepEqual(
    checks.filter(({ ok }) => !ok).map(({ name, message }) => [name, message]),
    [['disk', `the disk of ${join(disk, 'postgres')} is full (0 MB free); make room, the rest happens by itself`]],
  );
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);

  rmSync(join(disk, 'ballast'));
  for (let tries = 0; (await readiness(server)).status !== 200; tries += 1) {
    assert.ok(tries < 300, 'ready again when there is room');
    await sleep(200);
  }
  assert.equal(await server.stop(), 0);
});

test('a later start on a full disk names the place and the next step', needsMount(), async (t) => {
  const disk = mountDisk(t, roomy);
  assert.equal(await (await startOn(t, disk)).stop(), 0);
  rmSync(join(disk, 'vulnerabilities'), { recursive: true });
  const room = 40 * 1024 * 1024;
  fill(join(disk, 'ballast'), room);

  await assert.rejects(
    startServerProcess({ dataDir: disk }),
    /ended with 2: .*no room left on the disk of \/.*\(\d+ MB free now\); make room, then start it again\. \[STORE_UNAVAILABLE\]/s,
  );

  rmSync(join(disk, 'ballast'));
  fill(join(disk, 'ballast'));
  await assert.rejects(
    startServerProcess({ dataDir: disk }),
    /ended with 2: .*disk of .*\/postgres is full \(0 MB free\); make room, then start it again\. \[STORE_UNAVAILABLE\]/s,
  );
});

test('a start whose database runs out of room on the way says so too', needsMount(), async (t) => {
  const disk = mountDisk(t, 110);
  await (await openStore({ dataDir: disk, log })).close();

  await assert.rejects(
    startServerProcess({ dataDir: disk }),
    /ended with 2: .*disk of .*\/postgres is full \(\d+ MB free\); make room, then start it again\. \[STORE_UNAVAILABLE\]/s,
  );
});

async function startOn(t: TestContext, dataDir: string): Promise<ServerProcess> {
  const server = await startServerProcess({ dataDir });
  t.after(() => server.stop());
  return server;
}

interface Readiness {
  readonly status: number;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message?: string }[];
}

async function readiness({ url }: ServerProcess): Promise<Readiness> {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, ...((await answer.json()) as Pick<Readiness, 'checks'>) };
}
