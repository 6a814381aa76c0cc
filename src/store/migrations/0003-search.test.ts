import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openTestStore } from '../testing/open-test-store.ts';

const most = 64 / 8;

test('a search never has more than 64 kB of recently added names to read through', async () => {
  await using store = await openTestStore();
  await sql`INSERT INTO image (digest, name, first_seen)
    SELECT 'sha256:' || lpad(at::text, 64, '0'), 'registry.example/team-' || at || '/' || md5(at::text) || ':' || at, now()
    FROM generate_series(1, 2000) AS at`.execute(store.store);

  const { rows } = await sql<{
    pages: string;
  }>`SELECT gin_clean_pending_list('image_words') AS pages`.execute(store.store);

  assert.ok(Number(rows[0]?.pages) <= most, `${rows[0]?.pages} pages`);
});
