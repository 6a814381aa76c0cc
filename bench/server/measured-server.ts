import { type ServerProcess, startServerProcess } from '../../test/support/server-process.ts';
import type { Breakwater } from '../breakwater.ts';

export interface MeasuredServer extends ServerProcess {
  /** Signs in whoever asks often: a token of an administrator. */
  readonly authorization: string;
}

/** The server as it is installed, with registries on loopback allowed. */
export async function startMeasuredServer(
  breakwater: Breakwater,
  dataDir: string,
  ...args: readonly string[]
): Promise<MeasuredServer> {
  const { program, environment = {} } = breakwater.command('server');
  const server = await startServerProcess({
    program,
    environment,
    dataDir,
    args: ['--network-allow', '127.0.0.0/8', '--log-level', 'warn', ...args],
  });
  const { token } = await server.api<{ token: string }>('POST', '/tokens', {
    name: `bench ${Date.now()}`,
    grants: [{ role: 'admin', scope: { kind: 'all' } }],
    days: 1,
  });
  return { ...server, authorization: `Bearer ${token}` };
}

/** Tells the server of a registry, which it then looks through at once. */
export async function addRegistry(server: ServerProcess, name: string, host: string): Promise<void> {
  const registry = { name, kind: 'distribution', host, plainHttp: true, pollMinutes: 0, requestsPerSecond: 1_000 };
  await server.api('POST', '/registries', registry);
}

/** Where a registry's notifications go, with the secret that they show. */
export async function notificationsOf(
  server: ServerProcess,
  name: string,
): Promise<{ readonly url: string; readonly secret: string }> {
  const { secret, notificationPath } = await server.api<{ secret: string; notificationPath: string }>(
    'POST',
    `/registries/${name}/notification-secret`,
  );
  return { url: `${server.url}${notificationPath}`, secret };
}

export interface ImageState {
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly packages: number;
}

/** Waits until an image is scanned, and answers what is said of it. */
export async function scanned(server: ServerProcess, digest: string, patienceMs = 60_000): Promise<ImageState> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const image = await server.api<ImageState>('GET', `/images/${digest}`).catch(() => undefined);
    if (image?.state === 'scanned') return image;
    if (performance.now() > end) throw new Error(`${digest} was not scanned in ${patienceMs} ms: ${image?.state}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}
