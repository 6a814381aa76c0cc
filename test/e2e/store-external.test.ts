import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AppError } from '../../src/lib/errors.ts';
import { backUpStore, restoreStore } from '../../src/store/backup/back-up-store.ts';
import { checkExternal } from '../../src/store/external.ts';
import { openStore } from '../../src/store/open-store.ts';
import { silentLog as log } from '../../src/store/store-log.ts';
import { externalPostgres, needsInstalled, pretendPostgres } from './external-postgres.ts';
import { dataDirectory, onlyPackaged } from './store-programs.ts';

/** A PostgreSQL that someone else runs: Debian's, with its defaults, by TCP and as an ordinary role. */
const root = join(import.meta.dirname, '../..');
const dataDir = '/nonexistent';

test('every test of the store passes on it', needsInstalled(), async (t) => {
  const { url, query } = await externalPostgres(t);
  await query("CREATE ROLE tester LOGIN CREATEDB PASSWORD 'tester'");
  await query('CREATE DATABASE tester OWNER tester');

  const { status, stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=tap', ...testsOfTheStore()],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        BREAKWATER_TEST_DATABASE_URL: url('tester', 'tester', 'tester'),
      },
    },
  );

  const failed = stdout.split('\n').filter((line) => /^\s*not ok/.test(line));
  assert.deepEqual(failed, []);
  assert.equal(status, 0, stdout.slice(-2_000));
  t.diagnostic(/^# pass \d+$/m.exec(stdout)?.[0] ?? '');
});

test('replicas that start together on an empty database migrate it once and share it', needsInstalled(), async (t) => {
  const { url, query } = await externalPostgres(t);
  await query("CREATE ROLE owner LOGIN PASSWORD 'owner'");
  await query('CREATE DATABASE store OWNER owner');
  const databaseUrl = url('owner', 'owner', 'store');

  const replicas = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl, dataDir, log })));
  for (const { close } of replicas) t.after(close);

  await replicas[0]?.store.insertInto('setting').values({ name: 'a', value: '1' }).execute();
  assert.equal((await replicas[2]?.store.selectFrom('setting').selectAll().execute())?.length, 1);
});

test(
  'when it is restarted, requests fail with STORE_UNAVAILABLE and succeed again after',
  needsInstalled(),
  async (t) => {
    const external = await externalPostgres(t);
    const { store, close } = await openStore({ databaseUrl: external.admin, dataDir, log });
    t.after(close);
    const read = () => store.selectFrom('setting').selectAll().execute();
    await Promise.all([read(), read(), read()]);

    await external.stop('SIGQUIT');
    await assert.rejects(read(), { code: 'STORE_UNAVAILABLE' });
    await assert.rejects(
      store.transaction().execute((transaction) => transaction.selectFrom('setting').selectAll().execute()),
      { code: 'STORE_UNAVAILABLE' },
    );
    await external.start();

    assert.deepEqual(await Promise.all([read(), read(), read()]), [[], [], []]);
  },
);

test(
  'a store moves from the embedded database to an external one by backup and restore',
  needsInstalled(),
  async (t) => {
    const { url, query } = await externalPostgres(t);
    await query("CREATE ROLE owner LOGIN PASSWORD 'owner'");
    await query('CREATE DATABASE store OWNER owner');
    const embedded = dataDirectory(t);
    const file = join(embedded, '..', 'store.backup');
    const source = await openStore({ dataDir: embedded, log, onlyPackaged });
    await source.store.insertInto('trail').values({ who: 'é', action: 'b', subject: 'c', outcome: 'done' }).execute();
    await backUpStore({ dataDir: embedded, file, log });
    await source.close();
    const databaseUrl = url('owner', 'owner', 'store');

    await restoreStore({ databaseUrl, dataDir, file, log });

    const target = await openStore({ databaseUrl, dataDir, log });
    t.after(target.close);
    assert.deepEqual(await target.store.selectFrom('trail').select('who').execute(), [{ who: 'é' }]);
  },
);

test('what is wrong with it is said with the next step, and never its password', needsInstalled(), async (t) => {
  const { url, query, port } = await externalPostgres(t);
  await query("CREATE ROLE owner LOGIN PASSWORD 'owner'");
  await query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  await query('CREATE DATABASE store OWNER owner');
  await query("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 OWNER owner");
  await query('CREATE DATABASE still OWNER owner');
  await query('ALTER DATABASE still SET default_transaction_read_only = on');
  await query('CREATE DATABASE private OWNER owner');
  await query('REVOKE CONNECT ON DATABASE private FROM PUBLIC');

  for (const [databaseUrl, expected] of [
    [url('owner', 'S3cret-wrong', 'store'), /refuses user and password.*Correct BREAKWATER_DATABASE_URL/],
    [url('nobody', 'S3cret-wrong', 'store'), /refuses user and password/],
    [url('owner', 'owner', 'missing'), /"missing" does not exist.*CREATE DATABASE/],
    [
      url('guest', 'guest', 'store'),
      /guest may not make tables in database store.*ALTER DATABASE store OWNER TO guest/,
    ],
    [url('guest', 'guest', 'private'), /permission denied.*Grant the user CONNECT/],
    [url('owner', 'owner', 'latin'), /encoded as LATIN1.*ENCODING 'UTF8'/],
    [url('owner', 'owner', 'still'), /read-only.*RESET default_transaction_read_only/],
    [`postgresql://owner:S3cret-wrong@127.0.0.1:1/store`, /Nothing answers at .*127\.0\.0\.1:1/],
    [`postgresql://owner:S3cret-wrong@no-such-host.invalid:${port}/store`, /Nothing answers at .*no-such-host/],
    [`postgresql://owner:S3cret-wrong@127.0.0.1:${port}/store?sslmode=verify-full`, /SSL/],
    ['this is no URL S3cret-wrong', /BREAKWATER_DATABASE_URL is not a URL such as/],
    ['mysql://owner:S3cret-wrong@127.0.0.1/store', /BREAKWATER_DATABASE_URL is not a URL such as/],
  ] as const) {
    const message = await faultOf(databaseUrl);
    assert.match(message, expected);
    assert.doesNotMatch(message, /S3cret/);
  }
});

test('one that is too old, or a replica, is refused', async (t) => {
  const well = {
    version: '170000',
    encoding: 'UTF8',
    replica: 'f',
    read_only: 'off',
    database: 'c',
    role: 'a',
    schema: 'public',
  };
  const rights = { may_create_schema: 't', may_create_table: 't' };

  await checkExternal(await pretendPostgres(t, { ...well, ...rights }), log, 0);
  for (const [facts, expected] of [
    [{ version: '140022' }, /PostgreSQL 14; 15 or newer is needed/],
    [{ replica: 't' }, /read-only replica/],
    [{ schema: null, may_create_table: null }, /may not make tables/],
  ] as const)
    assert.match(await faultOf(await pretendPostgres(t, { ...well, ...rights, ...facts })), expected);
});

test('one that starts a little later is waited for', needsInstalled(), async (t: TestContext) => {
  const external = await externalPostgres(t);
  await external.stop('SIGINT');

  const checked = checkExternal(external.admin, log);
  await external.start();

  await checked;
});

async function faultOf(databaseUrl: string): Promise<string> {
  const failure = await checkExternal(databaseUrl, log, 0).catch((error: unknown) => error);
  assert.ok(failure instanceof AppError && /^(STORE_UNAVAILABLE|CONFIG_INVALID)$/.test(failure.code), `${failure}`);
  return failure.message;
}

/** All that open a store, wherever they lie. */
function testsOfTheStore(): readonly string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(root, 'src', name))
    .filter((path) => readFileSync(path, 'utf8').includes('/open-test-store.ts'));
}
