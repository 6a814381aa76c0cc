import { closeSync, existsSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { digestOf } from '../../lib/digest.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { identityOfFile } from '../archive/local-file.ts';
import { type BlobStore, openLayout } from '../archive/oci-layout.ts';
import type { Image } from '../image.ts';
import type { ImageSource } from '../image-source.ts';

export const ociLayout: ImageSource = {
  id: 'oci-layout',
  title: 'A directory in the OCI image layout',
  recognises: (reference) => existsSync(join(splitName(reference).path, 'oci-layout')),
  open: async (reference, options) => {
    const { path, name } = splitName(reference);
    const image = await openLayout(storeOf(path), reference, name, options);
    return { ...image, fileIdentity: identityOf(image) };
  },
};

/**
 * Reads nothing that lies outside the directory, whatever its links say, and opens nothing but regular files: another
 * kind could answer for ever.
 */
function storeOf(root: string): BlobStore {
  const realRoot = attempt(root, '', () => realpathSync(root));
  const locate = (name: string) =>
    attempt(root, name, () => {
      const path = realpathSync(join(root, name));
      if (!path.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
        throw new Error('it is a link that leaves the directory');
      const stats = statSync(path);
      if (!stats.isFile()) throw new Error('it is not a regular file');
      closeSync(openSync(path, 'r'));
      return { path, size: stats.size };
    });
  return {
    blob: (name) => ({ kind: 'file', offset: 0, ...locate(name) }),
    content: (name, limitBytes) => {
      const { path, size } = locate(name);
      if (size > limitBytes)
        throw new AppError('IMAGE_INVALID', `${path} has ${size} bytes; such a document has at most ${limitBytes}.`);
      return readFileSync(path);
    },
  };
}

function attempt<T>(root: string, name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const what = name ? `${name} of the image in ${root}` : root;
    throw new AppError('IMAGE_INVALID', `${what} cannot be read (${messageOf(error)}); copy the image again.`, {
      cause: error,
    });
  }
}

/** A layout is verified again as soon as any of its blobs is another file. */
function identityOf({ configDigest, layers }: Image): string {
  const files = layers.map(({ diffID, blob }) => [diffID, blob.kind === 'file' && identityOfFile(blob.path)]);
  return digestOf(JSON.stringify([configDigest, files]));
}

/** `PATH#NAME` chooses one of several images. */
function splitName(reference: string): { readonly path: string; readonly name?: string } {
  const hash = reference.lastIndexOf('#');
  if (hash < 0 || existsSync(reference)) return { path: reference };
  return { path: reference.slice(0, hash), name: reference.slice(hash + 1) };
}
