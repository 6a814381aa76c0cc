import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Usage: pack.ts DIR NAME LAYER-ROOT… — writes DIR/NAME.tar (docker-archive) and DIR/NAME-gzip.tar (OCI archive, gzip layers). */
const [directory = '.', name = '', ...roots] = process.argv.slice(2);
const draft = join(directory, 'work', `${name}-pack`);
rmSync(draft, { recursive: true, force: true });
mkdirSync(join(draft, 'docker'), { recursive: true });
mkdirSync(join(draft, 'oci/blobs/sha256'), { recursive: true });

const layers = roots.map((root, at) => {
  const tar = join(draft, 'docker', `layer-${at}.tar`);
  execFileSync('tar', [
    '--sort=name',
    '--numeric-owner',
    '--mtime=@1700000000',
    '--one-file-system',
    '-C',
    root,
    '-cf',
    tar,
    '.',
  ]);
  const gzip = join(draft, `layer-${at}.tar.gz`);
  execFileSync('sh', ['-c', `gzip -n -6 -c "$1" > "$2"`, 'sh', tar, gzip]);
  return { tar, diffID: sha256(tar), gzip, digest: sha256(gzip) };
});
const config = JSON.stringify({
  architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  os: 'linux',
  config: {},
  rootfs: { type: 'layers', diff_ids: layers.map(({ diffID }) => `sha256:${diffID}`) },
  history: layers.map((_layer, at) => ({ created_by: `bench layer ${at}` })),
});
const configDigest = createHash('sha256').update(config).digest('hex');
writeDocker();
writeOci();
rmSync(draft, { recursive: true, force: true });

function writeDocker(): void {
  const root = join(draft, 'docker');
  writeFileSync(join(root, `${configDigest}.json`), config);
  const names = layers.map((_layer, at) => `layer-${at}.tar`);
  writeFileSync(
    join(root, 'manifest.json'),
    JSON.stringify([{ Config: `${configDigest}.json`, RepoTags: [`bench/${name}:latest`], Layers: names }]),
  );
  execFileSync('tar', [
    '-C',
    root,
    '-cf',
    join(directory, `${name}.tar.draft`),
    ...names,
    `${configDigest}.json`,
    'manifest.json',
  ]);
  renameSync(join(directory, `${name}.tar.draft`), join(directory, `${name}.tar`));
}

function writeOci(): void {
  const root = join(draft, 'oci');
  const blob = (content: string) => {
    const digest = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(root, 'blobs/sha256', digest), content);
    return { digest: `sha256:${digest}`, size: Buffer.byteLength(content) };
  };
  for (const { gzip, digest } of layers) copyFileSync(gzip, join(root, 'blobs/sha256', digest));
  const media = 'application/vnd.oci.image';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config: { mediaType: `${media}.config.v1+json`, ...blob(config) },
    layers: layers.map(({ gzip, digest }) => ({
      mediaType: `${media}.layer.v1.tar+gzip`,
      digest: `sha256:${digest}`,
      size: statSync(gzip).size,
    })),
  });
  writeFileSync(
    join(root, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: `${media}.manifest.v1+json`, ...blob(manifest) }] }),
  );
  writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  execFileSync('tar', ['-C', root, '-cf', join(directory, `${name}-gzip.tar`), '.']);
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
