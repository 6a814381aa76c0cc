import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../lib/version.ts';

/**
 * Another one whenever the program's code is another: the bundle's files, most of which bear a hash of their content in
 * their names, with sizes and times. Undefined for a checkout, where any of hundreds of files may just have changed.
 */
export function buildIdentity(): string | undefined {
  const self = fileURLToPath(import.meta.url);
  if (self.endsWith('.ts')) return undefined;
  const directory = dirname(self);
  const files = readdirSync(directory).sort();
  return JSON.stringify([
    version(),
    files.map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name));
      return [name, size, mtimeMs];
    }),
  ]);
}
