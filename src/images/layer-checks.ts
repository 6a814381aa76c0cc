import { AppError, messageOf } from '../lib/errors.ts';
import type { Layer } from './image.ts';
import type { ReadLayerOptions } from './read-layer.ts';

/** Counts the uncompressed bytes of a layer; throws LIMIT_EXCEEDED once they are, or their reading takes, too much. */
export function meterOf(options: Omit<ReadLayerOptions, 'verified'>): (bytes: number) => void {
  let total = 0;
  return (bytes) => {
    total += bytes;
    options.onBytes?.(bytes);
    if (total > options.limits.layerBytes)
      throw new AppError('LIMIT_EXCEEDED', `it has more than ${options.limits.layerBytes} bytes`);
    if (Date.now() > options.deadline)
      throw new AppError('LIMIT_EXCEEDED', `the time limit of ${options.limits.imageMs} ms for an image was reached`);
  };
}

/** Throws DIGEST_MISMATCH unless the two are the same. */
export function verifyDigest(expected: string, actual: string, what: string): void {
  if (actual === expected) return;
  throw new AppError(
    'DIGEST_MISMATCH',
    `Layer ${expected} is not what the image says: the digest of ${what} is ${actual}. Fetch or export the image again.`,
  );
}

/** Whatever goes wrong with a layer becomes an `AppError` that names it. */
export async function namingLayer<T>({ diffID }: Layer, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) {
      const message = `Could not read layer ${diffID}: ${messageOf(error)}`;
      throw new AppError('INPUT_UNREADABLE', message, { cause: error });
    }
    if (error.code === 'DIGEST_MISMATCH' || error.message.includes(diffID)) throw error;
    const message = `Layer ${diffID} cannot be read: ${error.message.replace(/\.$/, '')}.`;
    throw new AppError(error.code, message, { cause: error });
  }
}
