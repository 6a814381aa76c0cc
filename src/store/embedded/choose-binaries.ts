import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../lib/errors.ts';
import {
  type Binaries,
  installedBinaries,
  noBinaries,
  oldestMajor,
  packagedBinaries,
  readBinaries,
} from './binaries.ts';
import { copyBinaries } from './copy-binaries.ts';
import { closedTo, type Place } from './place.ts';

/**
 * The PostgreSQL for a data directory: an installed one, else the packaged one, else the copy of it that is kept beside the
 * data, which goes on serving data of its version when the package has moved to the next.
 */
export function chooseBinaries(place: Place, onlyPackaged = false): Binaries {
  const { folder, data, closed } = place;
  const wanted = majorOf(data);
  const fits = ({ major }: Binaries) =>
    (wanted === undefined || major === wanted) && (closed === undefined || canStartWithin(major));
  const installed = onlyPackaged ? [] : installedBinaries();
  const found = installed.find(fits);
  if (found !== undefined) return found;
  const packaged = packagedBinaries();
  if (packaged !== undefined && fits(packaged))
    return closed === undefined ? ownCopy(folder, packaged) : reachableCopy(folder, packaged);
  const kept = keptBinaries(folder).find(fits);
  if (kept !== undefined) return kept;
  if (closed !== undefined) throw closedTo(place);
  if (wanted === undefined) throw noBinaries();
  throw otherMajor(data, wanted, [...installed, ...(packaged === undefined ? [] : [packaged])]);
}

/** Takes away what lies outside the data directory. */
export function removeOutside({ folder }: Place): void {
  rmSync(copyOutside(folder), { recursive: true, force: true });
}

function copyOutside(folder: string): string {
  return join(tmpdir(), `breakwater-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
}

/** Undefined for an empty place. https://www.postgresql.org/docs/current/storage-file-layout.html */
function majorOf(data: string): number | undefined {
  const path = join(data, 'PG_VERSION');
  if (!existsSync(data)) return undefined;
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new AppError(
    'STORE_INVALID',
    `${data} holds no PostgreSQL data, or only a part: its PG_VERSION is missing or unreadable. ` +
      'Restore a backup into an empty data directory, or move the folder away to begin anew.',
  );
}

/** Earlier ones leave the folder they were started in, to find themselves, and cannot come back. */
function canStartWithin(major: number): boolean {
  return process.platform === 'linux' && major >= 16;
}

const copyName = /^postgres-(\d+)\.\S+$/;

function keptBinaries(folder: string): readonly Binaries[] {
  return readdirSync(folder)
    .filter((name) => copyName.test(name) && !name.endsWith('.partial'))
    .flatMap((name) => readBinaries(join(folder, name, 'bin')) ?? []);
}

/** Copies the package, and removes copies of the same major version that it replaces. */
function ownCopy(folder: string, packaged: Binaries): Binaries {
  const name = `postgres-${packaged.version}`;
  const copy = join(folder, name);
  if (!existsSync(copy)) copyBinaries(join(packaged.bin, '..'), copy);
  for (const other of readdirSync(folder)) {
    if (other !== name && Number(copyName.exec(other)?.[1]) === packaged.major)
      rmSync(join(folder, other), { recursive: true, force: true });
  }
  return { ...packaged, bin: join(copy, 'bin') };
}

/** Below a folder that the database's user may not pass through its programs would not start. */
function reachableCopy(folder: string, packaged: Binaries): Binaries {
  const copy = copyOutside(folder);
  // What a killed server left, or somebody else put there, is not used.
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  chmodSync(copy, 0o755);
  copyBinaries(join(packaged.bin, '..'), join(copy, 'native'));
  return { ...packaged, bin: join(copy, 'native', 'bin') };
}

function otherMajor(data: string, wanted: number, found: readonly Binaries[]): AppError {
  const here = found.map(({ version }) => version).join(', ') || 'none';
  const advice =
    wanted < oldestMajor
      ? 'Move the folder away to begin anew.'
      : `Install PostgreSQL ${wanted}; or, where it still runs, make a backup and restore it into an empty data directory.`;
  return new AppError(
    'STORE_INVALID',
    `The data in ${data} was made by PostgreSQL ${wanted}, which is not here (found: ${here}). ${advice}`,
  );
}
