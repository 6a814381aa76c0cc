import assert from 'node:assert/strict';
import { type TestContext as Test, test } from 'node:test';
import { addAccount } from '../store/accounts.ts';
import { addToken } from '../store/tokens.ts';
import { createApp } from './http/app.ts';
import { addOperations } from './operations.ts';
import { hashOfSecret } from './sign-in/secret-text.ts';
import { openTestContext, type TestContextOptions } from './testing/test-context.ts';

const database = { vulnerabilities: { current: () => ({}) as never, refresh: async () => ({}) as never } };

async function serverFor(t: Test, options: TestContextOptions = { parts: database }) {
  const context = await openTestContext(options);
  const app = await createApp(context, { routes: [] });
  addOperations(app, context);
  t.after(async () => {
    await app.close();
    await context.close();
  });
  return { app, context };
}

test('a living server is healthy, and ready when its store and database answer', async (t) => {
  const { app } = await serverFor(t);

  assert.equal((await app.inject('/healthz')).statusCode, 200);
  const ready = await app.inject('/readyz');
  assert.equal(ready.statusCode, 200);
  assert.deepEqual(
    ready.json().checks.map(({ name, ok }: { name: string; ok: boolean }) => `${name} ${ok}`),
    ['store true', 'disk true', 'vulnerability database true', 'running true'],
  );
});

test('what is missing makes it unready, by name and with the reason, and not unhealthy', async (t) => {
  const { app } = await serverFor(t, {});

  const ready = await app.inject('/readyz');

  assert.equal(ready.statusCode, 503);
  assert.match(ready.body, /"vulnerability database","ok":false,"message":"This test has no/);
  assert.equal((await app.inject('/healthz')).statusCode, 200);
});

test('a store that takes no writes makes it unready, with the reason and the next step, and not unhealthy', async (t) => {
  const trouble = 'the disk of /data/postgres is full (0 MB free); make room, the rest happens by itself';
  const { app } = await serverFor(t, { parts: { ...database, writeTrouble: async () => trouble } });

  const ready = await app.inject('/readyz');

  assert.equal(ready.statusCode, 503);
  assert.deepEqual(
    ready.json().checks.filter(({ ok }: { ok: boolean }) => !ok),
    [{ name: 'disk', ok: false, message: trouble }],
  );
  assert.equal((await app.inject('/healthz')).statusCode, 200);
});

test('metrics are for a reader of everything, or for all when that is set', async (t) => {
  const { app, context } = await serverFor(t);
  const tokenFor = async (login: string, scope: object) => {
    const grants = [{ role: 'reader' as const, scope: scope as { kind: 'all' } }];
    const account = await addAccount(context.store, { login, source: 'local', grants });
    const secret = `bw_${login.padEnd(43, 'x')}`;
    await addToken(context.store, {
      hash: hashOfSecret(secret),
      hint: 'bw_',
      name: login,
      account: account?.id ?? '',
      grants,
      created: new Date(),
      expires: new Date(Date.now() + 60_000),
    });
    return { authorization: `Bearer ${secret}` };
  };
  const all = await tokenFor('all', { kind: 'all' });
  const some = await tokenFor('some', { kind: 'registry', value: 'prod' });

  assert.equal((await app.inject('/metrics')).statusCode, 401);
  assert.equal((await app.inject({ url: '/metrics', headers: some })).statusCode, 401);
  const answer = await app.inject({ url: '/metrics', headers: all });
  assert.equal(answer.statusCode, 200);
  assert.match(answer.body, /^# TYPE breakwater_http_request_seconds histogram$/m);

  const open = await serverFor(t, { parts: database, config: { metrics: { open: true } } });
  assert.equal((await open.app.inject('/metrics')).statusCode, 200);
});
