import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf } from '../../../lib/digest.ts';
import type { Image } from '../../image.ts';
import type { OpenOptions, RegistryOptions } from '../../image-source.ts';
import { registry } from '../../sources/registry.ts';
import { type StrictOptions, type StrictRegistry, startServer, startStrictRegistry } from './strict-registry.ts';

/** A registry that ends with the test. */
export async function registryFor(t: TestContext, options: StrictOptions = {}): Promise<StrictRegistry> {
  const server = await startStrictRegistry(options);
  t.after(server.close);
  return server;
}

/** Any other server that ends with the test. */
export async function serverFor(t: TestContext, handle: Parameters<typeof startServer>[0]): Promise<string> {
  const server = await startServer(handle);
  t.after(server.close);
  return server.host;
}

export function directoryFor(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content, { mode: 0o755 });
  return path;
}

/** Opens an image over plain HTTP, with no credentials but those given. */
export async function open(
  t: TestContext,
  reference: string,
  changes: Partial<RegistryOptions> & Partial<Omit<OpenOptions, 'registry'>> = {},
): Promise<Image> {
  const { platform = { os: 'linux', architecture: 'amd64' }, signal, orAnyPlatform = false, ...rest } = changes;
  const options: RegistryOptions = {
    plainHttp: true,
    timeoutMs: 5000,
    retries: 2,
    dockerConfigDirectory: directoryFor(t),
    ...rest,
  };
  const image = await registry.open(reference, {
    platform,
    orAnyPlatform,
    registry: options,
    ...(signal && { signal }),
  });
  if (image.kind !== 'image') throw new Error('not an image');
  t.after(image.close);
  return image;
}

/** Reads every layer to its end and gives the digests of what came. */
export async function readLayers(image: Image): Promise<string[]> {
  const digests: string[] = [];
  for (const { blob } of image.layers) {
    if (blob.kind !== 'stream') throw new Error('not a stream');
    const chunks: Uint8Array[] = [];
    for await (const chunk of blob.open()) chunks.push(chunk);
    digests.push(digestOf(Buffer.concat(chunks)));
  }
  return digests;
}
