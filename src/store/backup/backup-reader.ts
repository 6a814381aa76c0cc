import { createReadStream } from 'node:fs';
import { createZstdDecompress } from 'node:zlib';
import type * as z from 'zod';
import { AppError, messageOf } from '../../lib/errors.ts';

/** Reads a backup from its beginning to its end; every error says that the file is not a whole backup. */
export interface BackupReader {
  readonly line: <T>(schema: z.ZodType<T>) => Promise<T>;
  /** Chunks of a table until its end. */
  readonly chunks: () => AsyncGenerator<Buffer, void, undefined>;
  /** Fails when anything follows. */
  readonly end: () => Promise<void>;
  readonly close: () => void;
}

const longestLine = 1024 * 1024;
const longestChunk = 1024 * 1024 * 1024;
const newline = 0x0a;

export function readBackup(file: string): BackupReader {
  const source = createReadStream(file);
  const decompressed = createZstdDecompress();
  source.on('error', (error) => decompressed.destroy(error));
  const chunks = source.pipe(decompressed)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);

  const invalid = (why: string, cause?: unknown) =>
    new AppError('FILE_INVALID', `${file} is not a whole backup: ${why}. Use another one.`, { cause });
  const more = async (): Promise<Buffer | undefined> => {
    const { value, done } = await chunks.next().catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
        throw new AppError('INPUT_UNREADABLE', `${file} cannot be read: ${messageOf(error)}.`, { cause: error });
      throw invalid(messageOf(error), error);
    });
    return done === true ? undefined : value;
  };
  const take = async (count: number): Promise<Buffer> => {
    const parts = [held];
    let size = held.length;
    while (size < count) {
      const next = await more();
      if (next === undefined) throw invalid('it ends too early');
      parts.push(next);
      size += next.length;
    }
    const all = parts.length === 1 ? held : Buffer.concat(parts, size);
    held = all.subarray(count);
    return all.subarray(0, count);
  };
  const readLine = async (): Promise<string> => {
    for (;;) {
      const end = held.indexOf(newline);
      if (end >= 0) return (await take(end + 1)).toString('utf8', 0, end);
      if (held.length > longestLine) throw invalid('a line is too long');
      const next = await more();
      if (next === undefined) throw invalid('it ends too early');
      held = Buffer.concat([held, next]);
    }
  };
  return {
    line: async (schema) => {
      const parsed = schema.safeParse(parseJson(await readLine()));
      if (!parsed.success) throw invalid('a line says something else than it should', parsed.error);
      return parsed.data;
    },
    chunks: async function* () {
      for (;;) {
        const size = (await take(4)).readUInt32BE(0);
        if (size === 0) return;
        if (size > longestChunk) throw invalid('a chunk is too long');
        yield await take(size);
      }
    },
    end: async () => {
      if (held.length > 0 || (await more()) !== undefined) throw invalid('something follows its end');
    },
    close: () => {
      source.destroy();
      decompressed.destroy();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
