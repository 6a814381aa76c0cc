import { createRequire } from 'node:module';
import { AppError, messageOf } from './errors.ts';

/** Composing takes about a second per megabyte. */
const maxBytes = 8 << 20;

/** Looking up an alias visits the whole document, so many of them are quadratic. Lock files have none. */
const maxAliases = 50;

/**
 * The documents of a YAML stream as plain values: https://yaml.org/spec/1.2.2/. Keys are texts; when one stands twice,
 * the last wins; an alias may lead back to its own parent. The library is loaded by the first call.
 * Throws `AppError`: FILE_INVALID for text that is no YAML, LIMIT_EXCEEDED for text that would take too long.
 */
export function parseYamlDocuments(text: string): readonly unknown[] {
  if (text.length > maxBytes)
    throw new AppError('LIMIT_EXCEEDED', `YAML of more than ${maxBytes >> 20} MiB is not read`);
  if (countAliases(text) > maxAliases) {
    throw new AppError('LIMIT_EXCEEDED', `YAML with more than ${maxAliases} aliases is not read`);
  }
  try {
    const documents = library().parseAllDocuments(text, { ...options });
    if ('empty' in documents) return [];
    return documents.map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS({ maxAliasCount: maxAliases });
    });
  } catch (error) {
    throw new AppError('FILE_INVALID', `not valid YAML: ${messageOf(error)}`, { cause: error });
  }
}

// Unique keys are found by comparing each with each, and a key that is a collection is turned into text again on each
// level above it: both are quadratic or worse.
const options = { prettyErrors: false, logLevel: 'error', uniqueKeys: false, stringKeys: true } as const;

const require = createRequire(import.meta.url);

function library(): typeof import('yaml') {
  return require('yaml');
}

/** Also counts asterisks that only look like aliases: those inside quoted texts. */
function countAliases(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/[\s[{,:-]\*[^\s*,\]}'"]/g)) {
    count += 1;
    if (count > maxAliases) break;
  }
  return count;
}
