import { statSync } from 'node:fs';
import { startHasher, worthwhileBytes } from '../images/hash-beside.ts';
import type { Resources } from './command.ts';

/** A second thread for digests, when the line names a local archive that is large enough to need one. */
export function hasherFor(args: readonly string[]): Resources {
  return args.some(isLargeFile) ? { hasher: startHasher() } : {};
}

function isLargeFile(argument: string): boolean {
  if (argument.startsWith('-')) return false;
  const path = argument.replace(/^[a-z-]+:/, '').replace(/#.*$/, '');
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size >= worthwhileBytes;
  } catch {
    // Whatever is wrong with the path is told by who opens it.
    return false;
  }
}
