import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startHasher, worthwhileBytes } from '../images/hash-beside.ts';
import { digestOf } from '../lib/digest.ts';
import { attempt, touch, writeEntry } from '../vulnerability/cache-files.ts';
import type { Resources, Terminal } from './command.ts';
import { cacheDirectory } from './places.ts';

/**
 * A second thread for digests, when the line names a local archive that is large enough to need one. It starts at once,
 * while code is loaded, unless this very file was scanned before: then there is probably nothing to compute.
 */
export function hasherFor(args: readonly string[], environment: Terminal['environment']): Resources {
  const archive = args.map(largeFile).find((identity) => identity !== undefined);
  if (archive === undefined) return {};
  const directory = join(cacheDirectoryOf(args) ?? cacheDirectory(environment), 'archives');
  const mark = join(directory, digestOf(`scanned ${archive}`).slice(7));
  const wasScanned = existsSync(mark) && !args.includes('--no-cache');
  const hasher = startHasher(wasScanned ? 'when-needed' : 'now');
  const close = () => {
    if (!args.includes('--no-cache') && !attempt(() => touch(mark))) writeEntry(directory, mark, () => [].values());
    hasher.close();
  };
  return { hasher: { ...hasher, close } };
}

/** Which file it is and in which state, when it is a large one. */
function largeFile(argument: string): string | undefined {
  if (argument.startsWith('-')) return undefined;
  const path = argument.replace(/^[a-z-]+:/, '').replace(/#.*$/, '');
  // Whatever is wrong with the path is told by who opens it.
  const found = attempt(() => statSync(path, { throwIfNoEntry: false }));
  if (!found?.isFile() || found.size < worthwhileBytes) return undefined;
  const { dev, ino, size, mtimeMs, ctimeMs } = found;
  return [dev, ino, size, mtimeMs, ctimeMs].join('-');
}

function cacheDirectoryOf(args: readonly string[]): string | undefined {
  const option = '--cache-dir';
  const at = args.indexOf(option);
  return at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1);
}
