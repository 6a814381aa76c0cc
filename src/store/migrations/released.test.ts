import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBackup } from '../backup/backup-reader.ts';
import { backupHeader } from '../backup/manifest.ts';
import { restoreFrom } from '../backup/restore-from.ts';
import { storedTables } from '../backup/stored-tables.ts';
import { hashOf, migrate } from '../migrate.ts';
import { silentLog as log } from '../store-log.ts';
import { describeSchema } from '../testing/describe-schema.ts';
import { fillTables } from '../testing/fill-tables.ts';
import { openEmptyTestDatabase, openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { migrations } from './index.ts';

/** A backup of each version that was released, made by `tools/record-release.ts`: the versions people migrate from. */
const released = join(import.meta.dirname, 'testdata/released');
const backups = existsSync(released) ? readdirSync(released).filter((name) => name.endsWith('.backup')) : [];

for (const name of backups) {
  test(`a store of ${name} is migrated to the schema of a new one, with all it holds`, async () => {
    await becomesAsNew(join(released, name));
  });

  test(`the steps of ${name} are as they were released`, async () => {
    const reader = readBackup(join(released, name));
    const { schema } = await reader.line(backupHeader);
    reader.close();

    for (const [index, { id, hash }] of schema.entries()) {
      const step = migrations[index];
      assert.ok(
        step !== undefined && step.id === id && hashOf(step) === hash,
        `Step ${id} was released and must not change: stores that have it would be refused. Undo the change and write ` +
          'what it should do as a new step at the end of migrations/index.ts.',
      );
    }
  });
}

for (const [index, { id }] of migrations.entries()) {
  test(`a store that ends with step ${id}, a row in every table, is migrated to the schema of a new one`, async () => {
    await using fresh = await openTestStore();
    await using old = await openEmptyTestDatabase();
    await migrate({ pool: old.pool, log, migrations: migrations.slice(0, index + 1) });
    await fill(old);

    await migrate({ pool: old.pool, log });

    assert.deepEqual(await describeSchema(old.pool), await describeSchema(fresh.pool));
    const { rows } = await old.pool.query(
      'SELECT FROM image JOIN image_components ON image_components.image = image.id',
    );
    assert.ok(rows.length > 0);
  });
}

async function becomesAsNew(file: string): Promise<void> {
  await using fresh = await openTestStore();
  await using target = await openEmptyTestDatabase();

  const { tables } = await restoreFrom({ pool: target.pool, file, log });

  assert.deepEqual(await describeSchema(target.pool), await describeSchema(fresh.pool));
  assert.ok(tables.some(({ rows }) => rows > 0));
}

async function fill({ pool }: TestStore): Promise<void> {
  const client = await pool.connect();
  try {
    await fillTables(client);
    for (const { table } of await storedTables(client)) {
      const { rowCount } = await client.query(`SELECT FROM ${client.escapeIdentifier(table)} LIMIT 1`);
      assert.equal(rowCount, 1, `table ${table} is filled`);
    }
  } finally {
    client.release();
  }
}
