import { createRequire } from 'node:module';
import { AppError } from './errors.ts';
import { firstLineOf } from './first-line.ts';

const maxBytes = 32 << 20;
const maxDepth = 100;

/**
 * An XML document as plain values: an element with children or attributes is an object, any other its text; elements of
 * the same name beside each other are a list; attributes have an `@` before their name, namespace prefixes are dropped.
 * Entities that a document defines itself are bounded; external ones are never fetched. The library is loaded by the first call.
 * Throws `AppError`: FILE_INVALID for text that is no XML, LIMIT_EXCEEDED for text that is too long.
 */
export function parseXml(text: string): Readonly<Record<string, unknown>> {
  if (text.length > maxBytes)
    throw new AppError('LIMIT_EXCEEDED', `XML of more than ${maxBytes >> 20} MiB is not read`);
  try {
    return new (library().XMLParser)(options).parse(text, true);
  } catch (error) {
    throw new AppError('FILE_INVALID', `not valid XML: ${firstLineOf(error)}`, { cause: error });
  }
}

const options = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: maxDepth,
};

const require = createRequire(import.meta.url);

function library(): typeof import('fast-xml-parser') {
  return require('fast-xml-parser');
}
