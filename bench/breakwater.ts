import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackStarter } from '../src/vulnerability/database/starter.ts';
import { type Command, timeOf } from './command.ts';

/** The program as it is installed: bundled, on its own Node, with nothing of the user's around it. */
export interface Breakwater {
  readonly command: (...args: readonly string[]) => Command;
  /** A scan to JSON, with the database unpacked and the code compiled, as after the first scan on a machine. */
  readonly scan: (image: string) => Command;
  /** Forgets every layer and archive that scans have seen. */
  readonly forget: () => void;
  /** The report that the last scan wrote. */
  readonly report: string;
  /** The vulnerability database that scans use. */
  readonly database: string;
  /** The starter database as it is shipped. */
  readonly starter: string;
}

const root = join(import.meta.dirname, '..');

/** Bundles the sources and prepares a home in `directory`. With `data`, scans use a database built from all of that. */
export function installBreakwater(directory: string, data: string | undefined): Breakwater {
  mkdirSync(directory, { recursive: true });
  // Inside the checkout, so that it finds its dependencies.
  const packageRoot = join(root, 'dist', `bench-${process.pid}`);
  process.on('exit', () => rmSync(packageRoot, { recursive: true, force: true }));
  timeOf({ program: process.execPath, args: [join(root, 'tools/bundle.ts'), packageRoot] });
  const starter = join(packageRoot, 'data/starter.db.zst');
  const cache = join(directory, 'cache');
  const built = join(directory, 'vulnerabilities.db');
  const seen = join(directory, 'seen');
  const report = join(directory, 'report.json');
  const environment = {
    BREAKWATER_NODE: process.execPath,
    BREAKWATER_CACHE_DIR: cache,
    BREAKWATER_DB: data === undefined ? '' : built,
    NODE_COMPILE_CACHE: join(directory, 'code'),
    NODE_OPTIONS: '',
    XDG_DATA_HOME: join(directory, 'user'),
  };
  const command = (...args: readonly string[]): Command => ({
    program: join(packageRoot, 'bin/breakwater'),
    args,
    environment,
  });
  if (data) timeOf(command('db', 'build', '--data', data, '--output', built));
  return {
    command,
    scan: (image) => command('scan', '--quiet', '--cache-dir', seen, '--format', 'json', '--output', report, image),
    forget: () => rmSync(seen, { recursive: true, force: true }),
    report,
    database: data ? built : unpackStarter(starter, cache),
    starter,
  };
}
