import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { startRunningServer } from './running-server.ts';

/** Serves a filled store until it is told to stop; writes the address and an administrator's token into a file. */
const file = process.argv[2] ?? '';

test('serve', async () => {
  const stopped = new Promise((resolve) => process.once('SIGTERM', resolve));
  const server = await startRunningServer({
    rate: { signInsPerMinute: 1_000_000, requestsPerMinute: 10_000_000, notificationsPerMinute: 1_000_000 },
  });
  const { headers } = await server.token([{ role: 'admin', scope: { kind: 'all' } }]);
  // One image with everything that a real scan leaves behind.
  const root = resolve(import.meta.dirname, '../..');
  const image = join(root, 'docs/examples/alpine-3.10.tar.gz');
  const document = execFileSync(join(root, 'bin/breakwater'), ['scan', image, '--format', 'cyclonedx'], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const uploaded = await server.call('POST', '/api/v1/scans', {
    headers,
    body: { name: 'alpha.example/team/alpine:3.10', document },
  });
  assert.equal(uploaded.status, 201, uploaded.text);
  writeFileSync(`${file}.new`, `${server.url} ${headers.authorization?.replace('Bearer ', '')}\n`);
  renameSync(`${file}.new`, file);
  await stopped;
  await server.close();
});
