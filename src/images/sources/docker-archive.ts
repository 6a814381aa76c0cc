import * as z from 'zod/mini';
import { digestOf } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';
import { type ArchiveIndex, indexArchive } from '../archive/archive-index.ts';
import { assertReadable, headOfFile, identityOfFile, looksLikeArchive } from '../archive/local-file.ts';
import { openLayout } from '../archive/oci-layout.ts';
import { makeSeekable } from '../archive/seekable-archive.ts';
import type { Image } from '../image.ts';
import type { ImageSource, OpenOptions } from '../image-source.ts';
import { configShape, isSameName, layersOf, listed, maxDocumentBytes, parseDocument, platformOf } from '../manifest.ts';

/** `manifest.json` of `docker save` (https://github.com/moby/docker-image-spec, "combined image JSON + filesystem changeset format"). */
const saveShape = z.array(
  z.object({ Config: z.string(), RepoTags: z.optional(z.nullable(z.array(z.string()))), Layers: z.array(z.string()) }),
);

export const dockerArchive: ImageSource = {
  id: 'docker-archive',
  title: 'An archive written by `docker save`, `podman save` or a build tool; also when compressed as a whole',
  recognises: (reference) => {
    const head = headOfFile(splitName(reference).path, 512);
    return head !== undefined && looksLikeArchive(head);
  },
  open: openArchive,
};

/** Opens an image archive of either format: one that holds an OCI layout is read as such, since that states digests of stored layers. */
export async function openArchive(reference: string, options: OpenOptions): Promise<Image> {
  const { path, name } = splitName(reference);
  assertReadable(path);
  const file = identityOfFile(path);
  const seekable = await makeSeekable(path);
  try {
    const archive = await indexArchive(seekable.path);
    const image =
      archive.has('oci-layout') && archive.has('index.json')
        ? await openLayout(archive, reference, name, options)
        : openSaved(archive, reference, name);
    return { ...image, fileIdentity: identityOf(file, image), close: async () => seekable.close() };
  } catch (error) {
    seekable.close();
    throw error;
  }
}

/** An archive may hold several images, and reading one of them verifies no layer of the others. */
function identityOf(file: string, { configDigest, layers }: Image): string {
  const places = layers.map(({ diffID, blob }) => [diffID, blob.kind === 'file' && blob.offset]);
  return `${file}-${digestOf(JSON.stringify([configDigest, places]))}`;
}

function openSaved(archive: ArchiveIndex, reference: string, name: string | undefined): Image {
  if (!archive.has('manifest.json')) {
    throw new AppError(
      'INPUT_UNRECOGNISED',
      `${reference} is a tar archive without manifest.json or oci-layout, so no image; to scan a file system, unpack it and scan the directory.`,
    );
  }
  const saved = parseDocument(
    saveShape,
    archive.content('manifest.json', maxDocumentBytes),
    `manifest.json of ${reference}`,
  );
  const names = saved.map((image) => image.RepoTags?.[0] ?? image.Config);
  const isNamed = (tag: string) => name !== undefined && isSameName(tag, name);
  const chosen = name ? saved.find(({ Config, RepoTags }) => Config === name || RepoTags?.some(isNamed)) : saved[0];
  if (!chosen || (!name && saved.length > 1)) {
    throw new AppError(
      'IMAGE_NOT_FOUND',
      `${reference} holds ${saved.length} images (${listed(names)}); name one as PATH#NAME.`,
    );
  }
  const content = archive.content(chosen.Config, maxDocumentBytes);
  const config = parseDocument(configShape, content, `the image configuration of ${reference}`);
  const configDigest = digestOf(content);
  verifyName(chosen.Config, configDigest, reference);
  const blobs = chosen.Layers.map((layer) => ({ blob: archive.blob(layer) }));
  const close = async () => {};
  return {
    kind: 'image',
    reference,
    configDigest,
    platform: platformOf(config),
    layers: layersOf(config, blobs, reference),
    close,
  };
}

/** `<digest>.json` and `blobs/sha256/<digest>` name the configuration by its digest. */
function verifyName(name: string, digest: string, reference: string): void {
  const stated = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1];
  if (stated && digest !== `sha256:${stated}`) {
    throw new AppError(
      'DIGEST_MISMATCH',
      `The configuration of ${reference} is not the one its name states: ${name} has the digest ${digest}. Export the image again.`,
    );
  }
}

/** `PATH#NAME` chooses one of several images; a path that exists as it stands is taken whole. */
function splitName(reference: string): { readonly path: string; readonly name?: string } {
  const hash = reference.lastIndexOf('#');
  if (hash < 0 || headOfFile(reference, 1)) return { path: reference };
  return { path: reference.slice(0, hash), name: reference.slice(hash + 1) };
}
