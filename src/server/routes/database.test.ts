import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openVulnerabilities } from '../assessment/open-vulnerabilities.ts';
import { startTestServer } from '../testing/start-test-server.ts';
import { openTestContext } from '../testing/test-context.ts';

test('the database tells its age, its sources and what it changed, and is stale when it is old', async (t) => {
  const { config, store, databaseUrl, log, close } = await openTestContext();
  const vulnerabilities = await openVulnerabilities({ config, store, url: databaseUrl, log, now: () => new Date() });
  const built = new Date(vulnerabilities.current().database.built);
  let now = new Date(built.getTime() + 2 * 3_600_000);
  const server = await startTestServer({ parts: { vulnerabilities, store, now: () => now } });
  t.after(async () => {
    await server.close();
    await vulnerabilities.close();
    await close();
  });
  const reader = await server.as('reader');

  const fresh = (await reader.get('/database')).json();
  assert.deepEqual([fresh.ageHours, fresh.stale], [2, false]);
  assert.ok(fresh.sources.length > 10);
  assert.ok(fresh.streams.some(({ id }: { id: string }) => id === 'debian:12'));
  assert.equal(fresh.last.built, built.toISOString());
  now = new Date(built.getTime() + 100 * 3_600_000);
  const later = await server.as('reader');
  assert.equal((await later.get('/database')).json().stale, true);
  const changes = (await later.get('/database/changes')).json();
  assert.equal(changes.items.length, 1);
  assert.equal(changes.next, undefined);
});
