import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './command.ts';

/** Other scanners on this machine, kept from the network. */
export interface Peers {
  /** Grype, image to findings. */
  readonly grype: (image: string) => Command;
  /** osv-scanner, packages only: it has no database, so it matches nothing. */
  readonly osvScannerPackages: (image: string) => Command;
}

export const needsPeers = 'needs --peers DIR with bin/grype, bin/osv-scanner and grype-cache';

/** `root` holds `bin/grype`, `bin/osv-scanner` and Grype's database in `grype-cache`; reports go to `directory`. */
export function openPeers(root: string, directory: string): Peers {
  const wanted = ['bin/grype', 'bin/osv-scanner', 'grype-cache'].map((name) => join(root, name));
  const missing = wanted.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} not found`);
  const noDatabase = join(directory, 'no-database');
  mkdirSync(noDatabase, { recursive: true });
  const environment = {
    SYFT_CHECK_FOR_APP_UPDATE: 'false',
    GRYPE_CHECK_FOR_APP_UPDATE: 'false',
    GRYPE_DB_AUTO_UPDATE: 'false',
    GRYPE_DB_VALIDATE_AGE: 'false',
    GRYPE_DB_CACHE_DIR: join(root, 'grype-cache'),
    OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: noDatabase,
  };
  return {
    grype: (image) => ({
      program: join(root, 'bin/grype'),
      args: [`docker-archive:${image}`, '-q', '-o', 'json', '--file', join(directory, 'grype.json')],
      environment,
    }),
    osvScannerPackages: (image) => ({
      program: join(root, 'bin/osv-scanner'),
      args: [
        ...['scan', 'image', '--archive', '--offline', '--all-packages', '--format', 'json'],
        ...['--output', join(directory, 'osv-scanner.json'), image],
      ],
      environment,
      // 127: the package list was written, no database was found.
      exitCodes: [0, 127],
    }),
  };
}
