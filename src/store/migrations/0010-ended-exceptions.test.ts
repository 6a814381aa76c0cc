import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../migrate.ts';
import { silentLog as log } from '../store-log.ts';
import { openEmptyTestDatabase } from '../testing/open-test-store.ts';
import { migrations } from './index.ts';

test('exceptions of before know when they came to stand, as far as it was kept', async () => {
  await using database = await openEmptyTestDatabase();
  const step = migrations.findIndex(({ id }) => id === '0010-ended-exceptions');
  await migrate({ pool: database.pool, log, migrations: migrations.slice(0, step) });
  await database.pool.query(`INSERT INTO exception (scope, reason, kind, state, expires, asked_by, decided_at)
    SELECT '{}', 'r', 'mitigated', state, '2026-03-01Z', 'a', '2026-02-01Z'
    FROM unnest(ARRAY['approved', 'expired', 'refused', 'withdrawn']) AS state`);

  await migrate({ pool: database.pool, log, migrations: migrations.slice(0, step + 1) });

  const { rows } = await database.pool.query(
    'SELECT state, approved_at::date::text AS approved, ended_at::date::text AS ended FROM exception ORDER BY state',
  );
  assert.deepEqual(
    rows.map(({ state, approved, ended }) => [state, approved, ended]),
    [
      ['approved', '2026-02-01', null],
      ['expired', '2026-02-01', '2026-03-01'],
      ['refused', null, null],
      ['withdrawn', null, null],
    ],
  );
});
