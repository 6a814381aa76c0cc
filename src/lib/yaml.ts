import { createRequire } from 'node:module';
import { AppError } from './errors.ts';
import { firstLineOf } from './first-line.ts';

const maxBytes = 8 << 20;

/** Lines and commas: what costs time is each value, ten thousand of them a tenth of a second. The largest lock files have a hundred thousand. */
const maxValues = 300_000;

/** Looking up an alias visits the whole document, so many of them are quadratic. Lock files have none. */
const maxAliases = 50;

/**
 * The documents of a YAML stream as plain values: https://yaml.org/spec/1.2.2/. Keys are texts; when one stands twice,
 * the last wins; an alias may lead back to its own parent. The library is loaded by the first call.
 * With `text`, every scalar stays what is written: read as YAML wants it, version 1.10 is the number 1.1.
 * Throws `AppError`: FILE_INVALID for text that is no YAML, LIMIT_EXCEEDED for text that would take too long.
 */
export function parseYamlDocuments(text: string, scalars: 'typed' | 'text' = 'typed'): readonly unknown[] {
  if (text.length > maxBytes)
    throw new AppError('LIMIT_EXCEEDED', `YAML of more than ${maxBytes >> 20} MiB is not read`);
  if (countValues(text) > maxValues) {
    throw new AppError('LIMIT_EXCEEDED', `YAML of more than ${maxValues} values is not read`);
  }
  if (countAliases(text) > maxAliases) {
    throw new AppError('LIMIT_EXCEEDED', `YAML with more than ${maxAliases} aliases is not read`);
  }
  try {
    const documents = library().parseAllDocuments(text, {
      ...options,
      schema: scalars === 'text' ? 'failsafe' : 'core',
    });
    if ('empty' in documents) return [];
    return documents.map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS({ maxAliasCount: maxAliases });
    });
  } catch (error) {
    throw new AppError('FILE_INVALID', `not valid YAML: ${firstLineOf(error)}`, { cause: error });
  }
}

// Unique keys are found by comparing each with each, and a key that is a collection is turned into text again on each
// level above it: both are quadratic or worse.
const options = { prettyErrors: false, logLevel: 'error', uniqueKeys: false, stringKeys: true } as const;

const require = createRequire(import.meta.url);

function library(): typeof import('yaml') {
  return require('yaml');
}

function countValues(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 44) count += 1;
  }
  return count;
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
