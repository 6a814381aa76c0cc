import { existsSync } from 'node:fs';
import { AppError } from '../lib/errors.ts';
import type { Subject } from './image.ts';
import type { ImageSource, OpenOptions } from './image-source.ts';

/**
 * Opens what the user named. `kind:reference` says the kind; without it the kind is recognised, and a local file or
 * directory goes before an image name in a registry.
 */
export async function openSubject(
  reference: string,
  sources: readonly ImageSource[],
  options: OpenOptions,
): Promise<Subject> {
  const colon = reference.indexOf(':');
  const prefixed = colon > 0 ? sources.find(({ id }) => id === reference.slice(0, colon)) : undefined;
  if (prefixed) return prefixed.open(reference.slice(colon + 1), options);
  const source = sources.find(({ recognises }) => recognises(reference));
  if (source) return source.open(reference, options);
  const isThere = existsSync(reference);
  const what = isThere ? 'is a file of a kind that is not understood' : 'is neither a file here nor a name of an image';
  throw new AppError(
    isThere ? 'INPUT_UNRECOGNISED' : 'IMAGE_NOT_FOUND',
    `${reference} ${what}. Kinds: ${sources.map(({ id }) => id).join(', ')}; write KIND:${reference} to choose one.`,
  );
}
