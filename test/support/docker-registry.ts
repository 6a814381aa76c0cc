import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, untilListening } from './loopback.ts';

export interface DockerRegistry {
  readonly host: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface DockerRegistryOptions {
  readonly port?: number;
  /** Files in PEM form. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Debian's docker-registry with its data in memory, unless its configuration says where; JSON is YAML enough for it. */
export async function startDockerRegistry(
  directory: string,
  configuration: object = {},
  { port, tls }: DockerRegistryOptions = {},
): Promise<DockerRegistry> {
  const chosen = port ?? (await freePort());
  const host = `127.0.0.1:${chosen}`;
  const whole = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { inmemory: {} },
    http: { addr: host, ...(tls && { tls }) },
    ...configuration,
  };
  const path = join(directory, `registry-${chosen}.yml`);
  writeFileSync(path, JSON.stringify(whole));
  const child = spawn('docker-registry', ['serve', path], { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  await untilListening({ port: chosen }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { host, port: chosen, stop };
}
