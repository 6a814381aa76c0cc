import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import { type BlobStore, openLayout } from '../archive/oci-layout.ts';
import type { ImageSource } from '../image-source.ts';

export const ociLayout: ImageSource = {
  id: 'oci-layout',
  title: 'A directory in the OCI image layout',
  recognises: (reference) => existsSync(join(splitName(reference).path, 'oci-layout')),
  open: async (reference, options) => {
    const { path, name } = splitName(reference);
    return openLayout(storeOf(path), reference, name, options);
  },
};

function storeOf(root: string): BlobStore {
  const sizeOf = (name: string) => {
    const path = join(root, name);
    try {
      closeSync(openSync(path, 'r'));
      return { path, size: statSync(path).size };
    } catch (error) {
      throw new AppError(
        'IMAGE_INVALID',
        `${root} lacks ${name}, which its index names (${messageOf(error)}); copy the image again.`,
        { cause: error },
      );
    }
  };
  return {
    blob: (name) => ({ kind: 'file', offset: 0, ...sizeOf(name) }),
    content: (name, limitBytes) => {
      const { path, size } = sizeOf(name);
      if (size > limitBytes)
        throw new AppError('IMAGE_INVALID', `${path} has ${size} bytes; such a document has at most ${limitBytes}.`);
      return readFileSync(path);
    },
  };
}

/** `PATH#NAME` chooses one of several images. */
function splitName(reference: string): { readonly path: string; readonly name?: string } {
  const hash = reference.lastIndexOf('#');
  if (hash < 0 || existsSync(reference)) return { path: reference };
  return { path: reference.slice(0, hash), name: reference.slice(hash + 1) };
}
