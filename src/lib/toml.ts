import { createRequire } from 'node:module';
import { AppError } from './errors.ts';
import { firstLineOf } from './first-line.ts';

const maxBytes = 32 << 20;
const maxDepth = 100;

/**
 * A TOML document as plain values: https://toml.io/en/v1.0.0. The library is loaded by the first call.
 * Throws `AppError`: FILE_INVALID for text that is no TOML, LIMIT_EXCEEDED for text that is too long.
 */
export function parseToml(text: string): Readonly<Record<string, unknown>> {
  if (text.length > maxBytes)
    throw new AppError('LIMIT_EXCEEDED', `TOML of more than ${maxBytes >> 20} MiB is not read`);
  try {
    return library().parse(text, { maxDepth });
  } catch (error) {
    throw new AppError('FILE_INVALID', `not valid TOML: ${firstLineOf(error)}`, { cause: error });
  }
}

const require = createRequire(import.meta.url);

function library(): typeof import('smol-toml') {
  return require('smol-toml');
}
