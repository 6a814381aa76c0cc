import * as z from 'zod/mini';
import type { Digest } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';
import { artifactOfIndex, artifactOfTypes, assertImage, NotAnImage } from '../artifact.ts';
import { chooseManifest, type ImageDocuments } from '../choose-manifest.ts';
import type { Image } from '../image.ts';
import type { OpenOptions } from '../image-source.ts';
import {
  assertUnencrypted,
  configShape,
  type ImageManifest,
  indexShape,
  layersOf,
  manifestShape,
  maxIndexDepth,
  parseDocument,
  platformOf,
} from '../manifest.ts';
import { streamBlob } from './blob-stream.ts';
import { type ClientOptions, createRegistryClient, type FetchedManifest, type RegistryClient } from './client.ts';
import { clean } from './failure.ts';
import { formatReference, parseReference, type RegistryReference } from './reference.ts';

const maxLayers = 10_000;

/** Opens an image of a registry: its manifest and configuration are fetched and verified, its layers wait to be read. */
export async function openRegistryImage(text: string, options: OpenOptions): Promise<Image> {
  return { ...(await openImageAt(parseReference(text), options)), reference: text };
}

/** The same for a reference whose parts are known. */
export async function openImageAt(
  reference: RegistryReference,
  options: OpenOptions,
  clientOptions: Omit<ClientOptions, 'registry' | 'signal'> = {},
): Promise<Image> {
  const { registry, signal } = options;
  const client = await createRegistryClient(reference, { ...clientOptions, registry, signal });
  try {
    const { manifest, digest, others } = await resolve(client, options);
    const name = formatReference(reference);
    const blobs = manifest.layers.map((layer) => ({
      blob: streamBlob(client, layer, { ...registry, signal }),
      digest: layer.digest,
    }));
    await assertImage(
      manifest,
      blobs.map(({ blob }) => blob),
      name,
    );
    assertReadable(manifest, name);
    const what = `the configuration of ${name}`;
    const config = parseDocument(configShape, await client.fetchBlob(manifest.config.digest, what), what);
    return {
      kind: 'image',
      reference: name,
      manifestDigest: digest,
      configDigest: manifest.config.digest,
      platform: platformOf(config),
      ...(others.length > 0 && { otherPlatforms: others }),
      layers: layersOf(config, blobs, name),
      close: client.close,
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

interface Resolved {
  readonly manifest: ImageManifest;
  readonly digest: Digest;
  /** What the indexes that led to it hold besides. */
  readonly others: readonly string[];
}

async function resolve(client: RegistryClient, options: OpenOptions): Promise<Resolved> {
  const { tag, digest } = client.reference;
  const name = formatReference(client.reference);
  let wanted = digest ?? tag ?? 'latest';
  const others: string[] = [];
  const documents: ImageDocuments = {
    manifest: async (entry) => (await client.fetchManifest(entry.digest)).content,
    config: (config) => client.fetchBlob(config.digest, `the configuration of ${name}`),
  };
  for (let depth = 0; depth < maxIndexDepth; depth++) {
    const fetched = await client.fetchManifest(wanted);
    if (kindOf(fetched, name) === 'image') {
      const manifest = parseDocument(manifestShape, fetched.content, `the manifest of ${name}`);
      return { manifest, digest: fetched.digest, others };
    }
    const index = parseDocument(indexShape, fetched.content, `the index of ${name}`);
    const artifact = artifactOfIndex(index);
    if (artifact) throw new NotAnImage(name, artifact);
    const choice = await chooseManifest(index.manifests, options, name, documents);
    others.push(...choice.others);
    wanted = choice.chosen.digest;
  }
  throw new AppError(
    'IMAGE_INVALID',
    `${name} is an index of indexes, deeper than ${maxIndexDepth}; name the image by its digest.`,
  );
}

const fieldsShape = z.object({
  schemaVersion: z.optional(z.number()),
  mediaType: z.optional(z.string()),
  artifactType: z.optional(z.string()),
  manifests: z.optional(z.unknown()),
  config: z.optional(z.unknown()),
  layers: z.optional(z.unknown()),
  fsLayers: z.optional(z.unknown()),
});

/**
 * Tells the documents apart by what they hold, and refuses one that could be read both ways: two readers must never see
 * two images under one digest (CVE-2021-41190).
 */
function kindOf({ content, mediaType }: FetchedManifest, name: string): 'image' | 'index' {
  const invalid = (message: string) => new AppError('IMAGE_INVALID', `${name} ${message}`);
  const fields = parseDocument(fieldsShape, content, `the manifest of ${name}`);
  const stated = fields.mediaType ?? mediaType ?? '';
  if (fields.schemaVersion === 1 || fields.fsLayers !== undefined || stated.includes('distribution.manifest.v1+')) {
    throw invalid(
      'has a manifest of the withdrawn schema 1, which is not supported. Push it again with a current tool.',
    );
  }
  const isIndex = fields.manifests !== undefined;
  const isImage = fields.layers !== undefined || fields.config !== undefined;
  if (isIndex && isImage) throw invalid('has a manifest that is both an index and an image; push it again.');
  if (!isIndex && !isImage && stated.endsWith('.oci.artifact.manifest.v1+json'))
    throw new NotAnImage(name, artifactOfTypes({ artifactType: fields.artifactType }));
  if (!isIndex && !isImage) throw invalid(`has a manifest that is neither an index nor an image (${clean(stated)}).`);
  const contrary = isIndex
    ? /(?:image\.manifest\.v1|distribution\.manifest\.v2)\+json$/
    : /(?:index\.v1|list\.v2)\+json$/;
  if (contrary.test(stated)) throw invalid(`has a manifest that is not of the kind it states (${clean(stated)}).`);
  return isIndex ? 'index' : 'image';
}

function assertReadable(manifest: ImageManifest, name: string): void {
  assertUnencrypted(manifest, name);
  const { layers } = manifest;
  if (layers.length > maxLayers)
    throw new AppError('LIMIT_EXCEEDED', `${name} has ${layers.length} layers, more than ${maxLayers}.`);
}
