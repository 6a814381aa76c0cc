import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Image } from '../../src/images/image.ts';
import type { OpenOptions } from '../../src/images/image-source.ts';
import { defaultLimits } from '../../src/images/limits.ts';
import { openSubject } from '../../src/images/open-subject.ts';
import { readLayer } from '../../src/images/read-layer.ts';
import { imageSources } from '../../src/images/sources/index.ts';
import { sha256, type TarMember, tarOf } from './tar.ts';

export const openOptions: OpenOptions = {
  platform: { os: 'linux', architecture: 'amd64' },
  registry: { plainHttp: false, timeoutMs: 1000, retries: 0 },
};

/** A directory that goes with the test, holding the files given by path. */
export function directoryFor(t: TestContext, files: Readonly<Record<string, string | Buffer>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

/** Opens an image as `scan` would; it is closed with the test. */
export async function openImage(t: TestContext, reference: string, options: Partial<OpenOptions> = {}): Promise<Image> {
  const subject = await openSubject(reference, imageSources, { ...openOptions, ...options });
  if (subject.kind !== 'image') throw new Error(`${reference} was taken for a ${subject.kind}`);
  t.after(subject.close);
  return subject;
}

/** The content of every file of every layer, by path; verifies all digests. */
export async function contentsOf(image: Image): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  const wish = {
    onlyExecutables: false,
    read: (file: { readonly path: string; bytes(): Buffer }) => {
      contents[file.path] = file.bytes().toString();
    },
  };
  for (const layer of image.layers) {
    const options = { limits: defaultLimits, deadline: Date.now() + 60_000, verified: false };
    await readLayer(layer, () => wish, options);
  }
  return contents;
}

export interface ConfigParts {
  readonly layers: readonly Buffer[];
  readonly architecture?: string;
  readonly more?: object;
}

/** An image configuration that states the digests of uncompressed layers. */
export function configOf({ layers, architecture = 'amd64', more = {} }: ConfigParts): Buffer {
  const rootfs = { type: 'layers', diff_ids: layers.map(sha256) };
  return Buffer.from(JSON.stringify({ os: 'linux', architecture, rootfs, ...more }));
}

/** The files of an OCI layout, by path, built from the bottom up. */
export interface Layout {
  readonly files: Record<string, Buffer>;
  /** Stores a blob and returns what refers to it. */
  readonly add: (mediaType: string, content: Buffer) => Descriptor;
  readonly manifest: (config: Descriptor, layers: readonly Descriptor[], more?: object) => Descriptor;
  readonly index: (manifests: readonly object[]) => Descriptor;
  /** Writes `index.json`. */
  readonly finish: (manifests: readonly object[]) => void;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

export function newLayout(): Layout {
  const files: Record<string, Buffer> = { 'oci-layout': Buffer.from('{"imageLayoutVersion":"1.0.0"}') };
  const add = (mediaType: string, content: Buffer) => {
    const digest = sha256(content);
    files[`blobs/${digest.replace(':', '/')}`] = content;
    return { mediaType, digest, size: content.length };
  };
  const json = (value: object) => Buffer.from(JSON.stringify({ schemaVersion: 2, ...value }));
  return {
    files,
    add,
    manifest: (config, layers, more = {}) => add(types.manifest, json({ config, layers, ...more })),
    index: (manifests) => add(types.index, json({ mediaType: types.index, manifests })),
    finish: (manifests) => {
      files['index.json'] = json({ manifests });
    },
  };
}

/** An image of uncompressed layers, each stored as `store` says. */
export function addImage(
  layout: Layout,
  parts: ConfigParts,
  store: (tar: Buffer, at: number) => Buffer = (tar) => tar,
): Descriptor {
  const layers = parts.layers.map((tar, at) => layout.add(types.layer, store(tar, at)));
  return layout.manifest(layout.add(types.config, configOf(parts)), layers);
}

/** The same files as members of an archive. */
export function archiveOf(files: Readonly<Record<string, Buffer>>): Buffer {
  return tarOf(Object.entries(files).map(([path, content]): TarMember => ({ path, content })));
}
