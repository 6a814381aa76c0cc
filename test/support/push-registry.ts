import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { freePort, untilListening } from './loopback.ts';
import { sha256, type TarMember, tarOf } from './tar.ts';

/** Debian's docker-registry, in memory, and a small client that pushes to it. */
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
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const directory = mkdtempSync(join(tmpdir(), 'push-'));
  let child: ChildProcess | undefined;
  const end = async () => {
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill();
    await gone;
  };
  const restart: PushRegistry['restart'] = async (notify) => {
    await end();
    const endpoint = notify && {
      name: 'breakwater',
      url: notify.url,
      headers: { Authorization: [`Bearer ${notify.secret}`] },
      timeout: '2s',
      threshold: 5,
      backoff: '200ms',
    };
    const path = join(directory, 'config.yml');
    writeFileSync(
      path,
      JSON.stringify({
        version: 0.1,
        log: { level: 'error', accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
        http: { addr: host },
        ...(endpoint && { notifications: { endpoints: [endpoint] } }),
      }),
    );
    child = spawn('docker-registry', ['serve', path], { stdio: 'ignore' });
    await untilListening({ port });
  };
  await restart();
  return {
    host,
    restart,
    push: (repository, tag, files = smallImage()) => pushImage(host, repository, tag, files),
    copy: async (archive, name) => {
      const args = [
        'copy',
        '--quiet',
        '--dest-tls-verify=false',
        `docker-archive:${archive}`,
        `docker://${host}/${name}`,
      ];
      await promisify(execFile)('skopeo', args, { timeout: 120_000 });
    },
    remove: async (repository, digest) => {
      const answer = await fetch(`http://${host}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
      if (!answer.ok) throw new Error(`The registry deleted nothing: ${answer.status}`);
    },
    stop: async () => {
      await end();
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
    await upload(host, repository, blob);
    return { mediaType, size: blob.length, digest: sha256(blob) };
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: await described('application/vnd.oci.image.config.v1+json', config),
    layers: [await described('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  });
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: manifest,
  });
  if (!answer.ok) throw new Error(`The registry took no manifest: ${answer.status} ${await answer.text()}`);
  return sha256(Buffer.from(manifest));
}

async function upload(host: string, repository: string, blob: Buffer): Promise<void> {
  const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', `http://${host}`);
  place.searchParams.set('digest', sha256(blob));
  const headers = { 'content-type': 'application/octet-stream' };
  const ended = await fetch(place, { method: 'PUT', headers, body: new Uint8Array(blob) });
  if (ended.status !== 201) throw new Error(`The registry took no blob: ${ended.status}`);
}
