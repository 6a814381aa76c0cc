import { constants, cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { AppError } from '../../lib/errors.ts';

/**
 * Copies the packaged PostgreSQL to a place of its own: the package folder may be closed to the database's user, or be
 * replaced while the database runs, and lacks the links between libraries unless an install script made them.
 */
export function copyBinaries(native: string, target: string): void {
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  cpSync(native, partial, {
    recursive: true,
    filter: isNeeded,
    mode: constants.COPYFILE_FICLONE,
    verbatimSymlinks: true,
  });
  for (const { source, target: link } of readLinks(join(native, 'pg-symlinks.json'))) {
    const at = join(partial, link);
    if (existsSync(join(partial, source)) && !existsSync(at)) symlinkSync(basename(source), at);
  }
  renameSync(partial, target);
}

function isNeeded(path: string): boolean {
  return !/\.a$|\/lib(ecpg|ecpg_compat|pgtypes)\.|\/pkgconfig$/.test(path);
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** Paths in the file start with `native/`; a link lies beside what it links to. */
function readLinks(path: string): readonly Link[] {
  const content: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  if (!Array.isArray(content) || !content.every(isLink))
    throw new AppError('FILE_INVALID', `${path} is not the list of links it should be. Install the package again.`);
  return content.map(({ source, target }) => ({ source: below(source), target: below(target) }));
}

function isLink(value: unknown): value is Link {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string' &&
    dirname(value.source) === dirname(value.target) &&
    [value.source, value.target].every((path) => normalize(path) === path && path.startsWith('native/'))
  );
}

const below = (path: string) => path.slice('native/'.length);
