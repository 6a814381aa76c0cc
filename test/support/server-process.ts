import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './loopback.ts';

export const adminPassword = 'correct horse battery staple';

export interface ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** What it wrote to the log so far. */
  readonly log: () => string;
  /** ms from its start until it was ready. */
  readonly readyAfter: number;
  /** Asks the API, signed in as the first administrator. Paths are below `/api/v1`. Throws for a status of 400 and above. */
  readonly api: <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly remove: () => Promise<void>;
}

export interface ServerProcessOptions {
  /** Another `bin/breakwater` than that of the checkout. */
  readonly program?: string;
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** ms */
  readonly patience?: number;
}

/** `breakwater server` as people run it, on a free port of loopback, with its own data unless told otherwise. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'bw-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = options.program ?? resolve(import.meta.dirname, '../../bin/breakwater');
  const started = performance.now();
  const args = ['server', '--data-dir', dataDir, '--listen', `127.0.0.1:${port}`, ...(options.args ?? [])];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BREAKWATER_ADMIN_PASSWORD: adminPassword, ...options.environment },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-200_000);
    });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await ready(url, child, () => log, options.patience ?? 60_000);
  const readyAfter = performance.now() - started;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return {
    url,
    dataDir,
    child,
    log: () => log,
    readyAfter,
    api: await signIn(url),
    stop,
    remove: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, child: ChildProcess, log: () => string, patience: number): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${log()}`);
    if (performance.now() > end) throw new Error(`The server was not ready in ${patience} ms: ${log()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resume) => setTimeout(resume, 25));
  }
}

async function signIn(url: string): Promise<ServerProcess['api']> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'admin', password: adminPassword }),
  });
  if (!answer.ok) throw new Error(`The administrator could not sign in: ${answer.status} ${await answer.text()}`);
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        cookie,
        'x-csrf-token': csrfToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}
