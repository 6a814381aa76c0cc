import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openTestStore } from '../store/testing/open-test-store.ts';
import { readLevels } from './levels.ts';
import { createMetrics } from './metrics.ts';

test('metrics count images by state and artifacts by kind, as far as a registry holds them', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  await sql`INSERT INTO image (digest, name, state, artifact, gone) SELECT 'sha256:' || row_number() OVER (), 'a', state, kind, gone
    FROM (VALUES ('scanned', NULL, NULL), ('scanned', NULL, NULL), ('scanned', NULL, now()), ('failed', NULL, NULL),
      ('artifact', 'signature', NULL), ('artifact', 'signature', NULL), ('artifact', 'helm-chart', NULL),
      ('artifact', 'sbom', now()), ('artifact', 'of a later version', NULL)) AS given (state, kind, gone)`.execute(
    store,
  );
  const now = new Date('2026-01-02T00:00:00Z');
  const metrics = createMetrics(() => readLevels(store, new Date('2026-01-01T00:00:00Z'), now));

  const { body } = await metrics.text();

  const told = (name: string) => body.split('\n').filter((line) => line.startsWith(`${name}{`) && !line.endsWith(' 0'));
  assert.deepEqual(told('breakwater_images'), [
    'breakwater_images{state="scanned"} 2',
    'breakwater_images{state="failed"} 1',
  ]);
  assert.deepEqual(told('breakwater_artifacts'), [
    'breakwater_artifacts{kind="helm-chart"} 1',
    'breakwater_artifacts{kind="signature"} 2',
    'breakwater_artifacts{kind="other"} 1',
  ]);
  assert.match(body, /^breakwater_artifacts\{kind="attestation"\} 0$/m, 'a kind that is not there is none');
});
