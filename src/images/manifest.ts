import * as z from 'zod/mini';
import { isDigest } from '../lib/digest.ts';
import { AppError } from '../lib/errors.ts';
import type { Layer, LayerBlob, Platform } from './image.ts';

/**
 * The documents of an image, as OCI image specification 1.1 and Docker schema 2 write them
 * (https://github.com/opencontainers/image-spec). Only the fields in use; unknown ones are left alone.
 */
const digest = z.string().check(z.refine(isDigest, 'not a sha256 digest'));

/** What a configuration or an entry of an index says of its platform: some tools leave it out, null or empty. */
const maybeText = z.optional(z.nullable(z.string()));
export const statedPlatformShape = z.object({ os: maybeText, architecture: maybeText, variant: maybeText });

export const descriptorShape = z.object({
  mediaType: z.optional(z.string()),
  digest,
  size: z.number().check(z.nonnegative()),
  platform: z.optional(z.nullable(statedPlatformShape)),
  annotations: z.optional(z.nullable(z.record(z.string(), z.string()))),
  artifactType: z.optional(z.string()),
  /** Where a layer lies that registries may not hand out. */
  urls: z.optional(z.nullable(z.array(z.string()))),
});
export type Descriptor = z.infer<typeof descriptorShape>;

export const indexShape = z.object({
  mediaType: z.optional(z.string()),
  artifactType: z.optional(z.string()),
  manifests: z.array(descriptorShape),
});
export type ImageIndex = z.infer<typeof indexShape>;

export const manifestShape = z.object({
  mediaType: z.optional(z.string()),
  artifactType: z.optional(z.string()),
  config: descriptorShape,
  layers: z.array(descriptorShape),
  annotations: z.optional(z.nullable(z.record(z.string(), z.string()))),
});
export type ImageManifest = z.infer<typeof manifestShape>;

export const configShape = z.object({
  os: z.optional(z.string()),
  architecture: z.optional(z.string()),
  variant: z.optional(z.string()),
  rootfs: z.object({ diff_ids: z.array(digest) }),
  history: z.optional(
    z.nullable(z.array(z.object({ created_by: z.optional(z.string()), empty_layer: z.optional(z.boolean()) }))),
  ),
});
export type ImageConfig = z.infer<typeof configShape>;

/** Manifests and configurations above this are an attack: registries refuse them at 4 MiB. */
export const maxDocumentBytes = 4 * 1024 * 1024;

/** Parses one of the documents above; `what` names it in the error. */
export function parseDocument<T>(shape: z.ZodMiniType<T>, content: Buffer, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new AppError('IMAGE_INVALID', `${what} is not JSON; export or push the image again.`, { cause: error });
  }
  if (!hasAtMost(maxParts, value)) {
    throw new AppError('IMAGE_INVALID', `${what} has more than ${maxParts} parts; no image needs as many.`);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.length ? issue.path.join('.') : 'its top level';
  throw new AppError(
    'IMAGE_INVALID',
    `${what} is not a valid image document: ${issue?.message ?? 'wrong shape'} at ${place}.`,
  );
}

/** Validation takes far more time and memory for each part of a document than parsing does. */
const maxParts = 250_000;

function hasAtMost(limit: number, value: unknown): boolean {
  const pending = [value];
  for (let seen = 0; pending.length > 0; seen += 1) {
    const next = pending.pop();
    if (seen + pending.length > limit) return false;
    if (typeof next !== 'object' || next === null) continue;
    for (const part of Object.values(next)) pending.push(part);
  }
  return true;
}

/** True for an index that lists manifests rather than a manifest that lists layers. */
export function isIndex(value: { readonly mediaType?: string | undefined }, content: Buffer): boolean {
  if (value.mediaType)
    return value.mediaType.endsWith('image.index.v1+json') || value.mediaType.endsWith('manifest.list.v2+json');
  return content.includes('"manifests"');
}

/** Throws IMAGE_INVALID where a layer is encrypted. */
export function assertUnencrypted({ layers }: ImageManifest, reference: string): void {
  const encrypted = layers.find(({ mediaType }) => mediaType?.endsWith('+encrypted'));
  if (!encrypted) return;
  const message = `The layer ${encrypted.digest} of ${reference} is encrypted and cannot be looked into. Scan the image before it is encrypted.`;
  throw new AppError('IMAGE_INVALID', message);
}

/** An index may list indexes; nobody nests them deeper than this. */
export const maxIndexDepth = 4;

/** Whether a runtime might take this entry of an index: it goes by the platform, whatever else the entry says of itself. */
export function mayBeImage({ mediaType, platform, annotations, artifactType }: Descriptor): boolean {
  if (mediaType && !/\.(?:image\.(?:manifest|index)|distribution\.manifest)\./.test(mediaType)) return false;
  if (platformStatedBy(platform)) return platform?.os !== 'unknown';
  return !annotations?.['vnd.docker.reference.type'] && !artifactType;
}

/** Some of many, for a message: documents from outside may list thousands. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => name.slice(0, 200));
  const more = names.length - shown.length;
  return (more > 0 ? [...shown, `and ${more} more`] : shown).join(', ') || 'none';
}

/** True when two names are of one image: Docker writes `alpine`, `alpine:latest` and `docker.io/library/alpine:latest` alike. */
export function isSameName(one: string | undefined, other: string): boolean {
  return one !== undefined && (one === other || fullName(one) === fullName(other));
}

function fullName(name: string): string {
  const path = name.includes('/') ? name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '') : name;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}

/** No engine mounts as many: Linux stacks 500 at most. */
const maxLayers = 1000;

/** Joins the blobs of an image to the identities and build steps that its configuration states for them. */
export function layersOf(
  config: ImageConfig,
  blobs: readonly { readonly blob: LayerBlob; readonly digest?: string }[],
  reference: string,
): Layer[] {
  const diffIDs = config.rootfs.diff_ids;
  if (diffIDs.length !== blobs.length) {
    throw new AppError(
      'IMAGE_INVALID',
      `the manifest of ${reference} and its configuration differ in the number of layers (${blobs.length} and ${diffIDs.length}); export or push it again.`,
    );
  }
  if (blobs.length > maxLayers)
    throw new AppError('IMAGE_INVALID', `${reference} lists ${blobs.length} layers; no image has over ${maxLayers}.`);
  const steps = (config.history ?? []).filter((step) => !step.empty_layer);
  return blobs.map(({ blob, digest: blobDigest }, at) => {
    const createdBy = steps.length === blobs.length ? steps[at]?.created_by : undefined;
    return { diffID: diffIDs[at] as string, blob, ...(blobDigest && { blobDigest }), ...(createdBy && { createdBy }) };
  });
}

/** Undefined unless both the system and the processor are named. */
export function platformStatedBy(stated: z.infer<typeof statedPlatformShape> | null | undefined): Platform | undefined {
  if (!stated?.os || !stated.architecture) return undefined;
  const { os, architecture, variant } = stated;
  return { os, architecture, ...(variant && { variant }) };
}

export function platformOf(config: ImageConfig): Platform {
  const { os = 'linux', architecture = 'unknown', variant } = config;
  return { os, architecture, ...(variant && { variant }) };
}
