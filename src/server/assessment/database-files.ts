import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { AppError, messageOf } from '../../lib/errors.ts';
import { putBuildFile, readBuildFile } from '../../store/builds.ts';
import type { Store, StoreTransaction } from '../../store/tables.ts';
import { isNoRoom } from '../room.ts';

/** A vulnerability database in the data directory, under the name of its content. */
export interface KeptFile {
  readonly path: string;
  /** `sha256:…` of the file. */
  readonly digest: string;
}

/** Brings a file into the folder under the name of its content: whole or not at all, and once. */
export async function keepFile(folder: string, source: string): Promise<KeptFile> {
  const digest = await digestOfFile(source);
  const path = pathOf(folder, digest);
  if (existsSync(path)) return { path, digest };
  // Only what is ours stays as it is: a file of somebody else's may be written over.
  const isOurs = source.startsWith(join(folder, '/'));
  await placing(folder, path, async (draft) => {
    if (isOurs) await link(source, draft).catch(() => copyFile(source, draft));
    else await copyFile(source, draft);
    if ((await digestOfFile(draft)) !== digest)
      throw new AppError(
        'DATABASE_INVALID',
        `${source} was changed while it was read; put a new file in its place by renaming.`,
      );
  });
  return { path, digest };
}

/** The file of a build: here already, or out of the store; undefined when neither has it. */
export async function fetchFile(
  folder: string,
  store: Store,
  { id, digest }: { readonly id: number; readonly digest: string },
): Promise<string | undefined> {
  const path = pathOf(folder, digest);
  if (existsSync(path)) return path;
  let parts = 0;
  const counted = async function* () {
    for await (const bytes of readBuildFile(store, id)) {
      parts += 1;
      yield bytes;
    }
  };
  try {
    await placing(folder, path, async (draft) => {
      await pipeline(Readable.from(counted()), createZstdDecompress(), createWriteStream(draft));
      if ((await digestOfFile(draft)) !== digest) throw new Error('it is not what its digest says');
    });
    return path;
  } catch (cause) {
    if (isNoRoom(cause)) throw cause;
    if (parts === 0) return undefined;
    throw new AppError('DATABASE_INVALID', `The vulnerability database in the store is damaged: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

/** Writes a file into the store, compressed, in parts. */
export function storeFile(path: string): (transaction: StoreTransaction, build: number) => Promise<void> {
  return async (transaction, build) => {
    const params = { [constants.ZSTD_c_compressionLevel]: 3 };
    const packed = createReadStream(path).pipe(createZstdCompress({ params }));
    await putBuildFile(transaction, build, partsOf(packed));
  };
}

/** Removes databases of earlier times, and what was left half-written. */
export async function removeOthers(folder: string, keep: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (/^[0-9a-f]{64}\.db(?:\.[0-9a-f-]+\.draft)?$/.test(name) && !keep.includes(path))
      await rm(path, { force: true });
  }
}

const partBytes = 1024 * 1024;

async function* partsOf(stream: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < partBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(waiting);
}

async function placing(folder: string, path: string, write: (draft: string) => Promise<unknown>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    await write(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function pathOf(folder: string, digest: string): string {
  return join(folder, `${digest.replace('sha256:', '')}.db`);
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
