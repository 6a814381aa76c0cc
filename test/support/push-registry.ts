import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { freePort } from './loopback.ts';
import { pushArchive, pushBlob, pushManifest } from './push-to-registry.ts';
import { sha256, type TarMember, tarOf } from './tar.ts';

/** A docker-registry that goes on with what it has when it is started again, and a small client that pushes to it. */
export interface PushRegistry {
  readonly host: string;
  /** Tells the registry, from its next start on, where to send notifications. */
  readonly restart: (notify?: { readonly url: string; readonly secret: string }) => Promise<void>;
  /** Pushes an image of one layer, of a few Alpine packages and nobody's before unless told otherwise; answers its digest. */
  readonly push: (repository: string, tag: string, files?: readonly TarMember[]) => Promise<string>;
  readonly copy: (archive: string, name: string) => Promise<void>;
  readonly remove: (repository: string, digest: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startPushRegistry(): Promise<PushRegistry> {
  const directory = mkdtempSync(join(tmpdir(), 'push-'));
  const port = await freePort();
  let running: DockerRegistry | undefined;
  const restart: PushRegistry['restart'] = async (notify) => {
    await running?.stop();
    const endpoint = notify && {
      name: 'breakwater',
      url: notify.url,
      headers: { Authorization: [`Bearer ${notify.secret}`] },
      timeout: '2s',
      threshold: 5,
      backoff: '200ms',
    };
    const configuration = {
      storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
      ...(endpoint && { notifications: { endpoints: [endpoint] } }),
    };
    running = await startDockerRegistry(directory, configuration, { port });
  };
  await restart();
  const host = `127.0.0.1:${port}`;
  return {
    host,
    restart,
    push: (repository, tag, files = smallImage()) => pushImage(host, repository, tag, files),
    copy: (archive, name) => pushArchive(archive, host, name),
    remove: async (repository, digest) => {
      const answer = await fetch(`http://${host}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
      if (!answer.ok) throw new Error(`The registry deleted nothing: ${answer.status}`);
    },
    stop: async () => {
      await running?.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Flawed versions of Alpine 3.10, in the form of its package database. */
const installed = [
  ['openssl', '1.1.1d-r2', 'libssl1.1'],
  ['openssl', '1.1.1d-r2', 'libcrypto1.1'],
  ['musl', '1.1.22-r3', 'musl'],
  ['busybox', '1.30.1-r3', 'busybox'],
  ['apk-tools', '2.10.4-r2', 'apk-tools'],
]
  .map(([origin, version, name]) => `P:${name}\nV:${version}\nA:x86_64\no:${origin}\nL:MIT\n\n`)
  .join('');
const release = 'ID=alpine\nVERSION_ID=3.10.4\nPRETTY_NAME="Alpine Linux v3.10"\n';

function smallImage(): readonly TarMember[] {
  return [
    { path: 'etc/os-release', content: release },
    { path: 'lib/apk/db/installed', content: installed },
    { path: 'srv/unique', content: randomBytes(4096) },
  ];
}

async function pushImage(host: string, repository: string, tag: string, files: readonly TarMember[]): Promise<string> {
  const content = tarOf(files);
  const layer = gzipSync(content);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256(content)] },
    }),
  );
  const described = async (mediaType: string, blob: Buffer) => {
    await pushBlob(host, repository, blob);
    return { mediaType, size: blob.length, digest: sha256(blob) };
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: await described('application/vnd.oci.image.config.v1+json', config),
    layers: [await described('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  });
  await pushManifest(host, repository, tag, manifest);
  return sha256(Buffer.from(manifest));
}
