import { digestOf } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';
import { artifactOfIndex, assertImage, NotAnImage } from '../artifact.ts';
import { chooseManifest } from '../choose-manifest.ts';
import type { Image, LayerBlob } from '../image.ts';
import type { OpenOptions } from '../image-source.ts';
import {
  assertUnencrypted,
  configShape,
  type Descriptor,
  indexShape,
  isIndex,
  isSameName,
  layersOf,
  listed,
  manifestShape,
  maxDocumentBytes,
  maxIndexDepth,
  mayBeImage,
  parseDocument,
  platformOf,
} from '../manifest.ts';

/** Where the blobs of an OCI layout lie: in a directory, or in a tar of one. */
export interface BlobStore {
  readonly blob: (name: string) => LayerBlob & { kind: 'file' };
  readonly content: (name: string, limitBytes: number) => Buffer;
}

const nameAnnotations = ['org.opencontainers.image.ref.name', 'io.containerd.image.name'];

/** Opens an image of an OCI layout (image specification 1.1, "image-layout.md"); `name` chooses among several. */
export async function openLayout(
  store: BlobStore,
  reference: string,
  name: string | undefined,
  options: OpenOptions,
): Promise<Image> {
  const index = parseDocument(indexShape, store.content('index.json', maxDocumentBytes), `index.json of ${reference}`);
  const named = name
    ? index.manifests.filter(
        (entry) => entry.digest === name || nameAnnotations.some((key) => isSameName(entry.annotations?.[key], name)),
      )
    : index.manifests;
  const artifact = named.length > 0 ? artifactOfIndex({ manifests: named }) : undefined;
  if (artifact) throw new NotAnImage(reference, artifact);
  const images = named.filter(mayBeImage);
  const distinct = new Set(images.map((entry) => nameAnnotations.map((key) => entry.annotations?.[key]).join()));
  if (images.length === 0 || (!name && images.length > 1 && distinct.size > 1)) {
    const names = index.manifests.map(
      (entry) => nameAnnotations.map((key) => entry.annotations?.[key]).find(Boolean) ?? entry.digest,
    );
    throw new AppError(
      'IMAGE_NOT_FOUND',
      `${reference} holds ${index.manifests.length} images (${listed(names)}); name one as PATH#NAME.`,
    );
  }
  return openManifest(store, await resolveIndex(store, images, reference, options, 0), reference);
}

async function resolveIndex(
  store: BlobStore,
  entries: readonly Descriptor[],
  reference: string,
  options: OpenOptions,
  depth: number,
): Promise<Descriptor> {
  if (depth > maxIndexDepth)
    throw new AppError('IMAGE_INVALID', `${reference} nests more than ${maxIndexDepth} indexes; no image does.`);
  const read = async (one: Descriptor) => verified(store, one, reference);
  const choose = async (from: readonly Descriptor[]) =>
    (await chooseManifest(from, options, reference, { manifest: read, config: read })).chosen;
  const [first] = entries;
  const chosen = entries.length === 1 && first ? first : await choose(entries);
  const content = verified(store, chosen, reference);
  if (!isIndex(chosen, content)) return chosen;
  const inner = parseDocument(indexShape, content, `index ${chosen.digest} of ${reference}`);
  const artifact = artifactOfIndex(inner);
  if (artifact) throw new NotAnImage(reference, artifact);
  return resolveIndex(store, [await choose(inner.manifests)], reference, options, depth + 1);
}

async function openManifest(store: BlobStore, descriptor: Descriptor, reference: string): Promise<Image> {
  const manifest = parseDocument(
    manifestShape,
    verified(store, descriptor, reference),
    `manifest ${descriptor.digest} of ${reference}`,
  );
  assertUnencrypted(manifest, reference);
  const blobs = manifest.layers.map(({ digest }) => ({ digest, blob: store.blob(blobName(digest)) }));
  await assertImage(
    manifest,
    blobs.map(({ blob }) => blob),
    reference,
  );
  const config = parseDocument(
    configShape,
    verified(store, manifest.config, reference),
    `the image configuration of ${reference}`,
  );
  return {
    kind: 'image',
    reference,
    manifestDigest: descriptor.digest,
    configDigest: manifest.config.digest,
    platform: platformOf(config),
    layers: layersOf(config, blobs, reference),
    close: async () => {},
  };
}

function verified(store: BlobStore, descriptor: Descriptor, reference: string): Buffer {
  const content = store.content(blobName(descriptor.digest), maxDocumentBytes);
  const actual = digestOf(content);
  if (actual !== descriptor.digest) {
    throw new AppError(
      'DIGEST_MISMATCH',
      `Blob ${descriptor.digest} of ${reference} has the digest ${actual}; export the image again.`,
    );
  }
  return content;
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
