import { closeSync, constants, fstatSync, lstatSync, opendirSync, openSync, readlinkSync } from 'node:fs';
import { AppError, messageOf } from '../lib/errors.ts';
import { isExecutableFormat } from '../lib/executable-format.ts';
import { LayerTreeBuilder } from './layer-tree.ts';
import type { WishFor } from './layer-walk.ts';
import { createProblemList } from './problem-list.ts';
import type { LayerReading, ReadLayerOptions } from './read-layer.ts';
import { fileFromDescriptor } from './source-file.ts';

type Options = Omit<ReadLayerOptions, 'verified'>;

/** Kernel file systems at the root of a mounted system: endless, and no packages. */
const kernelDirectories = new Set(['proc', 'sys', 'dev', 'run']);

/**
 * Walks a directory as if it were the only layer of an image. Links are noted, never followed; nothing outside is read,
 * and nothing but regular files is opened.
 */
export function readDirectory(root: string, wishFor: WishFor, options: Options): LayerReading {
  const walk = new DirectoryWalk(root, wishFor, options);
  const isComplete = walk.run();
  return { tree: walk.tree.build(), problems: walk.problems.all(), sameFiles: [], complete: isComplete };
}

/**
 * A path below the root. Names are bytes, so they are kept as Latin-1, which holds any; where they are no UTF-8, they are
 * shown with replacement characters.
 */
interface Place {
  readonly raw: string;
  readonly shown: string;
}

class DirectoryWalk {
  readonly tree = new LayerTreeBuilder();
  readonly problems;
  readonly #root: string;
  readonly #rawRoot: string;
  readonly #wishFor: WishFor;
  readonly #options: Options;
  readonly #pending: Place[] = [{ raw: '', shown: '' }];

  constructor(root: string, wishFor: WishFor, options: Options) {
    this.problems = createProblemList(root);
    this.#root = root;
    this.#rawRoot = Buffer.from(root).toString('latin1');
    this.#wishFor = wishFor;
    this.#options = options;
  }

  /** False when a limit cut the walk short. */
  run(): boolean {
    try {
      for (let next = this.#pending.pop(); next; next = this.#pending.pop()) this.#directory(next);
      return true;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'LIMIT_EXCEEDED') throw error;
      const message = `${this.#root} was read only in part: ${error.message}. What lies behind is unknown; scan a part of it, or raise the limit.`;
      this.problems.add({ code: 'directory-incomplete', where: this.#root, message });
      return false;
    }
  }

  #directory(parent: Place): void {
    const directories: Place[] = [];
    const files: Place[] = [];
    try {
      this.#list(parent, directories, files);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const where = parent.shown || this.#root;
      const message = `Could not list ${where}: ${messageOf(error)}. What it holds is unknown.`;
      this.problems.add({ code: 'directory-unreadable', where, message });
    }
    for (const file of files.sort(byName)) this.#file(file);
    for (const directory of directories.sort(byName)) this.#pending.push(directory);
  }

  #list(parent: Place, directories: Place[], files: Place[]): void {
    const listing = opendirSync(this.#real(parent), { encoding: 'latin1', bufferSize: 256 });
    try {
      for (let item = listing.readSync(); item; item = listing.readSync()) {
        this.#checkLimits();
        const place = placeIn(parent, item.name);
        if (item.isDirectory()) {
          this.tree.directory(place.shown);
          if (!this.#isLeftOut(parent, place)) directories.push(place);
        } else if (item.isSymbolicLink()) this.#symlink(place);
        else {
          this.tree.file(place.shown);
          // Most files are wanted by nobody: asked first without a size, so that they cost no system call.
          if (item.isFile() && this.#wishFor(place.shown, 0, 0o777)) files.push(place);
        }
      }
    } finally {
      listing.closeSync();
    }
  }

  #checkLimits(): void {
    const { limits, deadline } = this.#options;
    if (this.tree.entries > limits.layerEntries)
      throw new AppError('LIMIT_EXCEEDED', `it has more than ${limits.layerEntries} entries`);
    if (this.tree.symlinks > limits.layerSymlinks || this.tree.nameLength > limits.layerNameLength)
      throw new AppError(
        'LIMIT_EXCEEDED',
        `it has more than ${limits.layerSymlinks} symbolic links, or very long ones`,
      );
    if (Date.now() > deadline)
      throw new AppError('LIMIT_EXCEEDED', `the time limit of ${limits.imageMs} ms was reached`);
  }

  #isLeftOut(parent: Place, { shown }: Place): boolean {
    if (shown === '.git' || shown.endsWith('/.git')) return true;
    return parent.raw === '' && kernelDirectories.has(shown) && this.#isMountPoint(shown);
  }

  #isMountPoint(name: string): boolean {
    try {
      return lstatSync(`${this.#root}/${name}`).dev !== lstatSync(this.#root).dev;
    } catch {
      return true;
    }
  }

  #symlink(place: Place): void {
    try {
      this.tree.symlink(place.shown, readlinkSync(this.#real(place)));
    } catch (error) {
      this.tree.file(place.shown);
      this.#unreadable(place, error);
    }
  }

  #file(place: Place): void {
    const { limits, onBytes } = this.#options;
    const path = place.shown;
    let descriptor: number | undefined;
    try {
      const real = this.#real(place);
      const seen = lstatSync(real);
      if (!seen.isFile() || !this.#wishFor(path, seen.size, seen.mode & 0o7777)) return;
      descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const { size, mode } = fstatSync(descriptor);
      const wish = this.#wishFor(path, size, mode & 0o7777);
      const file = fileFromDescriptor(path, descriptor, 0, size, mode & 0o7777);
      if (!wish || (wish.onlyExecutables && !isExecutableFormat(file.read(0, 4)))) return;
      if (size > limits.fileBytes) {
        const message = `${path} has ${size} bytes, more than the limit, and was not looked into.`;
        this.problems.add({ code: 'file-skipped', where: path, message });
        return;
      }
      onBytes?.(size);
      wish.read(file);
    } catch (error) {
      if (error instanceof AppError && error.code === 'LIMIT_EXCEEDED') throw error;
      this.#unreadable(place, error);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  #unreadable({ shown }: Place, error: unknown): void {
    const message = `Could not read ${shown}: ${messageOf(error)}`;
    this.problems.add({ code: 'file-unreadable', where: shown, message });
  }

  #real({ raw }: Place): string | Buffer {
    const path = raw ? `${this.#rawRoot}/${raw}` : this.#rawRoot;
    return isAscii(path) ? path : Buffer.from(path, 'latin1');
  }
}

function placeIn(parent: Place, name: string): Place {
  const shown = isAscii(name) ? name : Buffer.from(name, 'latin1').toString('utf8');
  return parent.raw === '' ? { raw: name, shown } : { raw: `${parent.raw}/${name}`, shown: `${parent.shown}/${shown}` };
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

function byName(a: Place, b: Place): number {
  return a.raw < b.raw ? -1 : 1;
}
