import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type pg from 'pg';
import { AppError, messageOf } from '../../lib/errors.ts';
import { storeError } from '../store-errors.ts';
import { type BackupHeader, type BackupManifest, format, type TableHeader } from './manifest.ts';
import { digestRows } from './row-digest.ts';
import { appliedSchema, copyRows, withSnapshot } from './snapshot.ts';
import { storedTables } from './stored-tables.ts';

/**
 * Writes everything in the store but sessions to a new file, as of one moment, while others go on writing. The key that
 * seals secrets lies outside the store and is kept elsewhere. All or nothing: `file` exists only when it is complete.
 */
export async function backupTo(pool: pg.Pool, file: string): Promise<BackupManifest> {
  if (existsSync(file)) throw new AppError('CONFLICT', `${file} exists already. Name a new file for the backup.`);
  const partial = `${file}.partial`;
  try {
    const manifest = await withSnapshot(pool, (client) => writeFile(client, partial));
    await makeDurable(partial);
    await rename(partial, file);
    await makeDurable(dirname(file));
    return manifest;
  } catch (error) {
    rmSync(partial, { force: true });
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS' || code === 'ENOENT')
      throw new AppError('OUTPUT_UNWRITABLE', `The backup could not be written: ${messageOf(error)}.`, {
        cause: error,
      });
    throw storeError(error);
  }
}

async function writeFile(client: pg.PoolClient, partial: string): Promise<BackupManifest> {
  const schema = [...(await appliedSchema(client))];
  if (schema.length === 0)
    throw new AppError('NOT_FOUND', 'The database holds no store yet. There is nothing to back up.');
  const header: BackupHeader = { breakwaterBackup: format, made: new Date().toISOString(), schema };
  const manifest: BackupManifest = { ...header, tables: [] };
  await pipeline(
    Readable.from(backupBytes(client, header, manifest), { objectMode: false }),
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } }),
    createWriteStream(partial, { mode: 0o600 }),
  );
  return manifest;
}

async function* backupBytes(client: pg.PoolClient, header: BackupHeader, manifest: BackupManifest) {
  yield line(header);
  for (const table of await storedTables(client)) {
    yield line(table);
    yield* tableBytes(client, table, manifest);
  }
  yield line(manifest);
}

async function* tableBytes(client: pg.PoolClient, table: TableHeader, manifest: BackupManifest) {
  const digest = digestRows();
  for await (const chunk of copyRows(client, table)) {
    digest.update(chunk);
    yield length(chunk.length);
    yield chunk;
  }
  yield length(0);
  const footer = digest.result();
  manifest.tables.push({ table: table.table, ...footer });
  yield line(footer);
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

async function makeDurable(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
