import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../migrate.ts';
import { silentLog as log } from '../store-log.ts';
import { openEmptyTestDatabase } from '../testing/open-test-store.ts';
import { migrations } from './index.ts';

test('what was only the end of support no longer counts as a gap, without a scan', async () => {
  await using database = await openEmptyTestDatabase();
  const step = migrations.findIndex(({ id }) => id === '0012-remarks');
  await migrate({ pool: database.pool, log, migrations: migrations.slice(0, step) });
  await database.pool.query(`INSERT INTO image (digest, name, end_of_life, problems)
    VALUES ('only', 'a', true, 1), ('more', 'a', true, 3), ('supported', 'a', false, 2), ('unknown', 'a', null, 1)`);

  await migrate({ pool: database.pool, log, migrations: migrations.slice(0, step + 1) });

  const { rows } = await database.pool.query('SELECT digest, problems FROM image ORDER BY id');
  assert.deepEqual(
    rows.map(({ digest, problems }) => [digest, problems]),
    [
      ['only', 0],
      ['more', 2],
      ['supported', 2],
      ['unknown', 1],
    ],
  );
});
