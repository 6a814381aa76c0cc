import { statSync } from 'node:fs';
import { AppError } from '../../lib/errors.ts';
import type { ImageSource } from '../image-source.ts';

export const directory: ImageSource = {
  id: 'directory',
  title: 'A directory or mounted root file system; lock files are read here, and only here',
  recognises: isDirectory,
  open: async (reference) => {
    if (isDirectory(reference)) return { kind: 'directory', reference, root: reference };
    throw new AppError('INPUT_UNREADABLE', `${reference} is not a directory that can be read.`);
  },
};

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Not there, not ours to see, or no path at all but the name of an image.
    return false;
  }
}
