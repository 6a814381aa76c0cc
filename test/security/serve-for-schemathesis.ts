import { renameSync, writeFileSync } from 'node:fs';
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
  writeFileSync(`${file}.new`, `${server.url} ${headers.authorization?.replace('Bearer ', '')}\n`);
  renameSync(`${file}.new`, file);
  await stopped;
  await server.close();
});
