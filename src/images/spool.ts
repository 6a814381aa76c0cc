import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isExecutableFormat } from '../lib/executable-format.ts';
import { fileFromBuffer, fileFromDescriptor, type SourceFile } from './source-file.ts';

/** Keeps the content of one file as it passes by: in memory while small, in a temporary file when large. */
export interface Spool {
  readonly write: (chunk: Buffer) => void;
  /** The file, once all of it was written; undefined when it was given up because it is no executable. */
  readonly file: (path: string, mode: number) => SourceFile | undefined;
  readonly close: () => void;
}

export function createSpool(size: number, memoryBytes: number, onlyExecutables: boolean): Spool {
  const spool = size <= memoryBytes ? inMemory(size) : inTemporaryFile(size);
  return onlyExecutables ? untilRefused(spool) : spool;
}

/** Gives a file up at its first bytes, so that a large text file with an execute bit costs nothing. */
function untilRefused(spool: Spool): Spool {
  let head = Buffer.alloc(0);
  let refused = false;
  const write = (chunk: Buffer) => {
    if (refused) return;
    if (head.length < 4) {
      head = Buffer.concat([head, chunk.subarray(0, 4 - head.length)]);
      refused = head.length === 4 && !isExecutableFormat(head);
      if (refused) return;
    }
    spool.write(chunk);
  };
  return { write, file: (path, mode) => (refused ? undefined : spool.file(path, mode)), close: spool.close };
}

function inMemory(size: number): Spool {
  // Allocated at the first byte: a refused or empty file takes no memory.
  let content: Buffer | undefined;
  let fill = 0;
  return {
    write: (chunk) => {
      content ??= Buffer.allocUnsafe(size);
      fill += chunk.copy(content, fill);
    },
    file: (path, mode) => fileFromBuffer(path, (content ?? Buffer.alloc(0)).subarray(0, fill), mode),
    close: () => {},
  };
}

/** The file has no name any more as soon as it is open, so that nothing of it is left behind however the process ends. */
function inTemporaryFile(size: number): Spool {
  let descriptor: number | undefined;
  let fill = 0;
  const open = () => {
    const directory = mkdtempSync(join(tmpdir(), 'breakwater-'));
    try {
      return openSync(join(directory, 'file'), 'wx+', 0o600);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  return {
    write: (chunk) => {
      descriptor ??= open();
      for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at, chunk.length - at, fill + at);
      fill += chunk.length;
    },
    file: (path, mode) => {
      descriptor ??= open();
      return fileFromDescriptor(path, descriptor, 0, size, mode);
    },
    close: () => {
      if (descriptor === undefined) return;
      closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
