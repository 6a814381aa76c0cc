import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, messageOf } from '../lib/errors.ts';
import { dataPaths, type ServerConfig } from './config.ts';

/** Authenticated encryption with the installation's key, which lies outside the database. */
export interface Seal {
  /** `context` names what it is for (`registry/prod/secrets`): sealed text moved elsewhere does not open. */
  readonly seal: (plain: string, context: string) => Buffer;
  /** Throws SECRET_UNREADABLE when the key or the context is another one, or a byte was changed. */
  readonly open: (sealed: Uint8Array, context: string) => string;
}

/** Form, key id, nonce, tag, then the text: each key of the file may open, the first seals. */
const form = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + keyIdBytes + nonceBytes + tagBytes;
const keyBytes = 32;

/**
 * Opens the key file, or makes it. It holds one key a line (32 bytes, base64); to change the key, put a new one on the
 * first line and keep the old one below until everything was entered again.
 */
export function openSeal(config: Pick<ServerConfig, 'dataDir' | 'keyFile'>): Seal {
  const path = config.keyFile ?? join(dataPaths(config).secrets, 'seal.key');
  if (config.keyFile === undefined) makeKeyFile(path);
  return createSeal(readKeys(path, config.keyFile === undefined ? 0o077 : 0o007), path);
}

function createSeal(keys: readonly Buffer[], path: string): Seal {
  const [first] = keys;
  if (!first) throw unusable(path, 'it holds no key');
  const byId = new Map(keys.map((key) => [idOf(key).toString('hex'), key]));
  return {
    seal: (plain, context) => {
      const head = Buffer.concat([Buffer.from([form]), idOf(first)]);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(boundTo(head, context));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([head, nonce, cipher.getAuthTag(), text]);
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed);
      const head = bytes.subarray(0, 1 + keyIdBytes);
      const key = byId.get(head.subarray(1).toString('hex'));
      if (bytes.length < headBytes || head[0] !== form) throw unreadable(context, 'it has no known form');
      if (!key) throw unreadable(context, `it was sealed with another key than those of ${path}; put that key back`);
      const nonce = bytes.subarray(head.length, head.length + nonceBytes);
      const tag = bytes.subarray(headBytes - tagBytes, headBytes);
      try {
        const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
        cipher.setAAD(boundTo(head, context)).setAuthTag(tag);
        return Buffer.concat([cipher.update(bytes.subarray(headBytes)), cipher.final()]).toString('utf8');
      } catch {
        throw unreadable(context, 'it was changed or belongs elsewhere');
      }
    },
  };
}

function boundTo(head: Buffer, context: string): Buffer {
  return Buffer.concat([head, Buffer.from(context, 'utf8')]);
}

function idOf(key: Buffer): Buffer {
  return createHash('sha256').update('breakwater seal key\0').update(key).digest().subarray(0, keyIdBytes);
}

/** Whole or not at all, and never over another one: two servers that start at once end up with one key. */
function makeKeyFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return;
  const draft = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(draft, 'wx', 0o600);
    writeSync(file, `${randomBytes(keyBytes).toString('base64')}\n`);
    fsyncSync(file);
    closeSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(path, messageOf(error), error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Group may read a file that somebody else provides: that is how orchestrators hand secrets to an unprivileged user. */
function readKeys(path: string, mustLack: number): readonly Buffer[] {
  let text: string;
  try {
    const { mode, size } = statSync(path);
    if (size > 64 * 1024) throw new Error('it is too large');
    // Somebody else's eyes on the key make sealing pointless.
    if ((mode & mustLack) !== 0)
      throw new Error(`others may read it (mode ${(mode & 0o777).toString(8)}); run chmod 600`);
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw unusable(path, messageOf(error), error);
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line, index) => {
      const key = Buffer.from(line, 'base64');
      if (key.length === keyBytes && key.toString('base64') === line) return key;
      throw unusable(
        path,
        `key ${index + 1} is not ${keyBytes} bytes in base64; make one with: openssl rand -base64 32`,
      );
    });
}

function unusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('CONFIG_INVALID', `The key file ${path} cannot be used: ${reason}.`, { cause });
}

function unreadable(context: string, reason: string): AppError {
  return new AppError('SECRET_UNREADABLE', `The secret for ${context} cannot be read: ${reason}, or enter it again.`);
}
