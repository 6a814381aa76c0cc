import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { until } from '../../test/support/until.ts';
import { openTestStore, type TestStore } from '../store/testing/open-test-store.ts';
import type { LiveEvent } from './contract/events.ts';
import { eventsApplication, openEvents, type SharedEvents } from './shared-events.ts';

const log = pino({ level: 'silent' });
let database: TestStore;
let here: SharedEvents;
let there: SharedEvents;

before(async () => {
  database = await openTestStore();
  here = openEvents({ url: database.url, log, gatherMs: 5 });
  there = openEvents({ url: database.url, log, gatherMs: 5 });
  await connections(2);
});
after(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.close();
});

async function connections(count: number): Promise<void> {
  await until(async () => {
    const { rowCount } = await database.pool.query(
      'SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND query LIKE $2 AND state = $3',
      [eventsApplication, 'LISTEN%', 'idle'],
    );
    return (rowCount ?? 0) >= count;
  });
}

test('what one replica tells, all hear once', async () => {
  const heard: Record<'here' | 'there', LiveEvent[]> = { here: [], there: [] };
  const stops = [here.listen((event) => heard.here.push(event)), there.listen((event) => heard.there.push(event))];
  const event: LiveEvent = { kind: 'registry', name: 'prod' };

  here.tell(event);
  here.tell(event);
  await until(() => heard.there.length > 0);
  await wait(50);

  assert.deepEqual(heard, { here: [event], there: [event] });
  for (const stop of stops) stop();
});

test('a burst larger than one notification arrives whole and in order', async () => {
  const heard: string[] = [];
  const stop = there.listen((event) => heard.push(event.kind === 'job' ? event.id : ''));
  const ids = Array.from({ length: 500 }, (_, at) => `job-${at}`);

  for (const id of ids) here.tell({ kind: 'job', id, state: 'running' });
  await until(() => heard.length >= 500);

  assert.deepEqual(heard, ids);
  stop();
});

test('a lost connection is made again, and meanwhile each replica hears itself', async () => {
  const heard: string[] = [];
  const stop = here.listen((event) => heard.push(event.kind === 'registry' ? event.name : ''));

  await database.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
    eventsApplication,
  ]);
  here.tell({ kind: 'registry', name: 'while-away' });
  await until(() => heard.includes('while-away'));
  await connections(2);
  there.tell({ kind: 'registry', name: 'back-again' });
  await until(() => heard.includes('back-again'));
  stop();
});

test('what is no event is not heard', async () => {
  const heard: LiveEvent[] = [];
  const stop = there.listen((event) => heard.push(event));
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const payload of ['', 'garbage', '[{"kind":"strange"}]', '{"kind":"registry","name":"x"}'])
    await client.query('SELECT pg_notify($1, $2)', ['breakwater_events', payload]);
  await client.end();

  here.tell({ kind: 'registry', name: 'last' });
  await until(() => heard.length > 0);

  assert.deepEqual(heard, [{ kind: 'registry', name: 'last' }]);
  stop();
});

test('ends when it is closed while it still connects', async () => {
  const brief = openEvents({ url: database.url, log, gatherMs: 5 });

  const ended = await Promise.race([brief.close().then(() => true), wait(5_000, false, { ref: false })]);

  assert.ok(ended);
});
