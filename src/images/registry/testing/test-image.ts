import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../lib/digest.ts';

/** A document or layer as a registry stores it. */
export interface StoredBlob {
  readonly content: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

export interface TestImage {
  readonly manifest: StoredBlob;
  readonly config: StoredBlob;
  readonly layers: readonly StoredBlob[];
  /** Digests of the uncompressed layers. */
  readonly diffIDs: readonly string[];
}

export const oci = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

export const docker = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

export interface ImageParts {
  readonly types?: typeof oci;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** Uncompressed; what they hold does not matter to a registry. */
  readonly layers?: readonly Buffer[];
  readonly history?: readonly object[];
  /** Changes of the manifest before it is stored. */
  readonly manifest?: object;
  readonly layerFields?: object;
}

export function makeImage(parts: ImageParts = {}): TestImage {
  const { types = oci, platform = { os: 'linux', architecture: 'amd64' } } = parts;
  const contents = parts.layers ?? [Buffer.from('the first layer'), Buffer.from('the second layer')];
  const layers = contents.map((content) => blobOf(gzipSync(content), types.layer));
  const diffIDs = contents.map((content) => digestOf(content));
  const config = documentOf(
    { ...platform, rootfs: { type: 'layers', diff_ids: diffIDs }, history: parts.history },
    types.config,
  );
  const described = layers.map((layer) => ({ ...descriptorOf(layer), ...parts.layerFields }));
  const manifest = documentOf(
    { schemaVersion: 2, mediaType: types.manifest, config: descriptorOf(config), layers: described, ...parts.manifest },
    types.manifest,
  );
  return { manifest, config, layers, diffIDs };
}

export function makeIndex(entries: readonly object[], types = oci): StoredBlob {
  return documentOf({ schemaVersion: 2, mediaType: types.index, manifests: entries }, types.index);
}

export function descriptorOf({ content, digest, mediaType }: StoredBlob) {
  return { mediaType, digest, size: content.length };
}

export function documentOf(value: object, mediaType: string): StoredBlob {
  return blobOf(Buffer.from(JSON.stringify(value)), mediaType);
}

export function blobOf(content: Buffer, mediaType: string): StoredBlob {
  return { content, digest: digestOf(content), mediaType };
}
