import { createReadStream } from 'node:fs';
import { AppError } from '../lib/errors.ts';
import { decodeTarHeader, tarBlock } from '../lib/tar-header.ts';
import type { Artifact, ArtifactKind } from '../model/artifact.ts';
import type { LayerBlob } from './image.ts';
import { isCompressed } from './layer-bytes.ts';
import { type Descriptor, type ImageIndex, type ImageManifest, mayBeImage } from './manifest.ts';

/**
 * What lies in a registry and is no image: told apart by the media types of its configuration, its layers, and its own
 * (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage), as those are used by
 * Helm, cosign (https://github.com/sigstore/cosign/tree/main/specs), Notation, BuildKit and ORAS.
 */

/** Thrown for what a reference names that no container runtime would start. */
export class NotAnImage extends AppError {
  readonly artifact: Artifact;

  constructor(reference: string, artifact: Artifact) {
    const { called, next } = words[artifact.kind];
    super('NOT_AN_IMAGE', `${reference} is ${called}, not an image (${artifact.mediaType}). ${next}`);
    this.artifact = artifact;
  }
}

const ofAnImage = 'Scan the image that it belongs to.';
const nothing = 'There is nothing in it that is looked into.';
const words: Readonly<Record<ArtifactKind, { readonly called: string; readonly next: string }>> = {
  'helm-chart': { called: 'a Helm chart', next: 'Scan the images that it installs.' },
  signature: { called: 'a signature', next: ofAnImage },
  attestation: { called: 'an attestation', next: ofAnImage },
  sbom: { called: 'an SBOM', next: 'Scan the image that it belongs to, or save it as a file and scan that.' },
  'wasm-module': { called: 'a WebAssembly module', next: nothing },
  'build-cache': { called: 'a build cache', next: 'Scan the image that was built with it.' },
  model: { called: 'a machine-learning model', next: nothing },
  referrers: { called: 'a list of what belongs to an image', next: 'Scan that image.' },
  other: { called: 'an artifact', next: nothing },
};

/** An index none of whose entries any runtime would take; undefined where one may be an image. */
export function artifactOfIndex({ manifests, artifactType, mediaType }: ImageIndex): Artifact | undefined {
  if (manifests.some(mayBeImage)) return undefined;
  const own = artifactNamed([artifactType, ...manifests.map((entry) => entry.mediaType)]);
  if (own) return own;
  const isAttestation = ({ annotations }: Descriptor) =>
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
  const kind = manifests.length > 0 && manifests.every(isAttestation) ? 'attestation' : 'referrers';
  return { kind, mediaType: safe(artifactType ?? mediaType ?? 'application/vnd.oci.image.index.v1+json') };
}

/** Throws NotAnImage for a manifest of something else. `layers` are its blobs, in its order. */
export async function assertImage(
  manifest: ImageManifest,
  layers: readonly LayerBlob[],
  reference: string,
): Promise<void> {
  if (isImageConfig(manifest.config) && !(await holdsOnlyDocuments(manifest, layers))) return;
  throw new NotAnImage(reference, artifactOfTypes(manifest));
}

/** What a manifest's media types say it is, once it is known to be no image. */
export function artifactOfTypes(manifest: {
  readonly artifactType?: string | undefined;
  readonly config?: Pick<Descriptor, 'mediaType'>;
  readonly layers?: readonly Pick<Descriptor, 'mediaType'>[];
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
}): Artifact {
  const { artifactType, config, layers = [], annotations } = manifest;
  const types = [artifactType, config?.mediaType, ...layers.map(({ mediaType }) => mediaType)];
  const named = artifactNamed(types);
  if (named && isSignedBundle(named, annotations)) return { ...named, kind: 'signature' };
  if (named) return named;
  const telling = types.find(
    (type) => type && !/^application\/vnd\.(?:oci\.empty|oci\.image|docker\.container)\./.test(type),
  );
  return { kind: 'other', mediaType: safe(telling ?? config?.mediaType ?? '') };
}

/** No runtime unpacks a manifest whose configuration is of another kind; old writers call theirs a stream of bytes. */
export function isImageConfig({ mediaType }: Descriptor): boolean {
  return !mediaType || /(?:container\.image\.v1\+json|image\.config\.v1\+json|octet-stream)$/.test(mediaType);
}

const layerType =
  /^application\/(?:vnd\.oci\.image\.layer\.|vnd\.docker\.(?:container\.)?image\.rootfs\.|octet-stream$|x-(?:g?tar|gzip)|g?zip|tar)/;
const maxDocuments = 100;

/**
 * cosign and BuildKit give signatures and attestations the configuration of an image. Since some runtimes unpack layers
 * whatever their types say, it is the bytes that make sure that these are no file systems.
 */
async function holdsOnlyDocuments({ layers }: ImageManifest, blobs: readonly LayerBlob[]): Promise<boolean> {
  const isForeign = ({ mediaType }: Descriptor) => mediaType !== undefined && !layerType.test(mediaType);
  if (layers.length === 0 || layers.length > maxDocuments || !layers.every(isForeign)) return false;
  for (const blob of blobs) if (isFileSystem(await startOf(blob))) return false;
  return true;
}

function isFileSystem(start: Buffer): boolean {
  if (isCompressed(start)) return true;
  return start.length >= tarBlock && typeof decodeTarHeader(start.subarray(0, tarBlock)) !== 'string';
}

async function startOf(blob: LayerBlob): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const { kind } = blob;
  const bytes: AsyncIterable<Uint8Array> =
    kind === 'stream'
      ? blob.open()
      : createReadStream(blob.path, { start: blob.offset, end: blob.offset + tarBlock - 1 });
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= tarBlock) break;
  }
  return Buffer.concat(chunks);
}

const namedKinds: readonly (readonly [RegExp, ArtifactKind])[] = [
  [/^application\/vnd\.cncf\.helm\./, 'helm-chart'],
  [/^application\/vnd\.(?:dev\.cosign\.(?:simplesigning|artifact\.sig)|cncf\.notary)\./, 'signature'],
  [/spdx|cyclonedx|vnd\.syft|\bsbom\b/, 'sbom'],
  [/vnd\.in-toto|vnd\.dsse\.|vnd\.docker\.attestation|vnd\.dev\.sigstore\.bundle/, 'attestation'],
  [/\bwasm\b/, 'wasm-module'],
  [/^application\/vnd\.buildkit\.cache/, 'build-cache'],
  [/^application\/vnd\.(?:cnai\.model|cncf\.model|docker\.ai\.|ollama\.|kitops\.)/, 'model'],
];

function artifactNamed(types: readonly (string | undefined)[]): Artifact | undefined {
  for (const type of types) {
    const mediaType = safe(type ?? '');
    const [, kind] = namedKinds.find(([pattern]) => pattern.test(mediaType)) ?? [];
    if (kind) return { kind, mediaType };
  }
  return undefined;
}

/** One envelope holds what cosign signs and what it attests; its annotations tell which. */
function isSignedBundle(
  { mediaType }: Artifact,
  annotations: Readonly<Record<string, string>> | null | undefined,
): boolean {
  if (!mediaType.startsWith('application/vnd.dev.sigstore.bundle')) return false;
  return (
    annotations?.['dev.sigstore.bundle.content'] === 'message-signature' ||
    annotations?.['dev.sigstore.bundle.predicateType']?.startsWith('https://sigstore.dev/cosign/sign/') === true
  );
}

/** A name by RFC 6838; what is none is not repeated. */
function safe(mediaType: string): string {
  return /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(mediaType) ? mediaType : 'of no stated type';
}
