import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { installedBinaries } from '../../src/store/embedded/binaries.ts';
import { databaseUser } from '../../src/store/embedded/system-user.ts';
import { freePort, listenOnLoopback } from '../support/loopback.ts';

/** A PostgreSQL as the distribution makes it, reached by TCP: not ours to start or stop. */
export interface ExternalPostgres {
  /** For its superuser. */
  readonly admin: string;
  readonly port: number;
  readonly url: (role: string, password: string, database: string) => string;
  readonly query: (text: string, database?: string) => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
}

export function needsInstalled(): { readonly skip: string | false } {
  const found = installedBinaries().length > 0;
  if (!found && process.env.CI === 'true') throw new Error('postgresql must be installed in CI');
  return { skip: found ? false : 'needs an installed PostgreSQL: apt-get install postgresql' };
}

export async function externalPostgres(t: TestContext): Promise<ExternalPostgres> {
  const { bin } = installedBinaries()[0] ?? { bin: '' };
  const folder = mkdtempSync(join(tmpdir(), 'bw-external-'));
  chmodSync(folder, 0o755);
  const user = databaseUser(join(folder, 'data'));
  const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const passwords = join(folder, 'password');
  writeFileSync(passwords, 'admin\n');
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      '-D',
      'data',
      '-U',
      'admin',
      '--auth=scram-sha-256',
      '--pwfile',
      passwords,
      '--locale=C.UTF-8',
      '-E',
      'UTF8',
      '-N',
    ],
    { cwd: folder, encoding: 'utf8', ...as },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const port = await freePort();
  const url = (role: string, password: string, database: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
  let ended: Promise<unknown> = Promise.resolve();
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const start = async () => {
    const options = ['-D', 'data', '-p', `${port}`, '-k', folder, '-c', 'fsync=off', '-c', 'max_connections=200'];
    const child = spawn(join(bin, 'postgres'), options, { cwd: folder, stdio: 'ignore', ...as });
    ended = new Promise((resolve) => child.once('exit', resolve));
    kill = (signal) => child.kill(signal);
    await untilConnected(url('admin', 'admin', 'postgres'));
  };
  const stop = async (signal: NodeJS.Signals) => {
    kill(signal);
    await ended;
  };
  t.after(async () => {
    await stop('SIGQUIT');
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  await start();
  const query = async (text: string, database = 'postgres') => {
    const client = new pg.Client({ connectionString: url('admin', 'admin', database) });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  return { admin: url('admin', 'admin', 'postgres'), port, url, query, start, stop };
}

async function untilConnected(url: string): Promise<void> {
  for (let left = 300; ; left--) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Speaks just enough of the protocol (https://www.postgresql.org/docs/current/protocol-message-formats.html) to let anyone
 * in and to answer every query with one row.
 */
export async function pretendPostgres(t: TestContext, row: Readonly<Record<string, string | null>>): Promise<string> {
  const message = (type: string, ...parts: readonly Buffer[]) => {
    const body = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const number16 = (value: number) => Buffer.of(value >> 8, value & 0xff);
  const number32 = (value: number) => Buffer.of(...number16(value >> 16), ...number16(value & 0xffff));
  const names = Object.keys(row);
  const textOid = 25;
  const intOid = 23;
  const boolOid = 16;
  const oidOf = (value: string | null) =>
    value === 't' || value === 'f' ? boolOid : /^\d+$/.test(value ?? '') ? intOid : textOid;
  const columns = names.map((name) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      number32(0),
      number16(0),
      number32(oidOf(row[name] ?? null)),
      number16(0),
      number32(0),
      number16(0),
    ]),
  );
  const values = names.map((name) => {
    const value = row[name] ?? null;
    return value === null
      ? number32(0xffffffff)
      : Buffer.concat([number32(Buffer.byteLength(value)), Buffer.from(value)]);
  });
  const ready = message('Z', Buffer.from('I'));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', number32(0)), ready]));
      socket.on('data', (data) => {
        if (data[0] !== 'Q'.charCodeAt(0)) return;
        socket.write(
          Buffer.concat([
            message('T', number16(names.length), ...columns),
            message('D', number16(names.length), ...values),
            message('C', Buffer.from('SELECT 1\0')),
            ready,
          ]),
        );
      });
    });
  });
  t.after(() => server.close());
  return `postgresql://a:b@127.0.0.1:${await listenOnLoopback(server)}/c`;
}
