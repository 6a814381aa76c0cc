import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenOnLoopback } from '../support/loopback.ts';
import { startServerProcess } from '../support/server-process.ts';

test('a start that fails ends, and names the setting, on a new data directory and on one that was used', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bw-'));
  const other = createServer();
  t.after(() => {
    other.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const port = await listenOnLoopback(other);
  const start = (...args: string[]) => startServerProcess({ dataDir, args, patience: 30_000 });

  for (let round = 0; round < 2; round += 1) {
    await assert.rejects(
      start('--key-file', '/nowhere.key'),
      /ended with 2: .*key file \/nowhere\.key cannot be used/s,
    );
    await assert.rejects(
      start('--listen', `127.0.0.1:${port}`),
      /ended with 2: .*listen: .*EADDRINUSE.*CONFIG_INVALID/s,
    );
  }
});

test('a stop in order is told in the log, when it begins and when it is done', async (t) => {
  const server = await startServerProcess({ environment: { BREAKWATER_LOG_LEVEL: 'info' } });
  t.after(server.remove);

  assert.equal(await server.stop('SIGTERM'), 0);

  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const told = lines.map(
    (line) => JSON.parse(line) as { msg: string; level: string; signal?: string; seconds?: number },
  );
  const about = told.filter(({ msg }) => /^the server (is being|has) stopped$/.test(msg));
  assert.deepEqual(
    about.map(({ level, msg, signal }) => [level, msg, signal]),
    [
      ['info', 'the server is being stopped', 'SIGTERM'],
      ['info', 'the server has stopped', undefined],
    ],
  );
  assert.equal(told.at(-1), about[1], 'and nothing after it');
  assert.equal(typeof about[1]?.seconds, 'number');
});

test('a signal during the start is heeded when the start is over, and leaves no database behind', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bw-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const program = join(import.meta.dirname, '../../bin/breakwater');
  const child = spawn(program, ['server', '--data-dir', dataDir, '--listen', '127.0.0.1:0'], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const running = join(dataDir, 'postgres/data/postmaster.pid');
  // Negative while the folder is being made.
  const postmasterOf = () => (existsSync(running) ? Number.parseInt(readFileSync(running, 'utf8'), 10) : 0);
  let postmaster = postmasterOf();
  for (; child.exitCode === null && !(postmaster > 0); postmaster = postmasterOf())
    await new Promise((resume) => setTimeout(resume, 5));

  child.kill('SIGTERM');

  assert.deepEqual(await exited, [0, null]);
  assert.throws(() => process.kill(postmaster, 0), { code: 'ESRCH' });
});
