import { AppError, messageOf } from '../lib/errors.ts';
import { isExecutableFormat } from '../lib/executable-format.ts';
import { type TarEntry, TarReader, type TarSink } from '../lib/tar.ts';
import type { Problem } from '../model/problem.ts';
import { maxPathLength, normalisePath } from './image-path.ts';
import { LayerTreeBuilder } from './layer-tree.ts';
import type { Limits } from './limits.ts';
import type { SourceFile } from './source-file.ts';
import { createSpool } from './spool.ts';

/** What a visitor wants of a file. */
export interface FileWish {
  /** Look at the first four bytes first, and go on only when they are those of an executable format. */
  readonly onlyExecutables: boolean;
  readonly read: (file: SourceFile) => void;
}

/** Sees the files of a layer; asked for each by name before its content is touched. */
export type WishFor = (path: string, size: number, mode: number) => FileWish | undefined;

/** How the walk gets at content: at will from the place it is stored, or only as it passes by. */
export type OpenAt = ((offset: number, size: number, path: string, mode: number) => SourceFile) | undefined;

/** A hard link whose target's content was not at hand when the link came by. */
export interface PendingLink {
  readonly path: string;
  readonly target: string;
}

/** Walks the entries of one layer: notes every name and hands wanted files to the visitor. */
export class LayerWalk {
  readonly tree = new LayerTreeBuilder();
  readonly problems: Problem[] = [];
  readonly links: PendingLink[] = [];
  readonly tar: TarReader;
  readonly #wishFor: WishFor;
  readonly #openAt: OpenAt;
  readonly #limits: Limits;
  readonly where: string;

  constructor(where: string, wishFor: WishFor, openAt: OpenAt, limits: Limits) {
    this.where = where;
    this.#wishFor = wishFor;
    this.#openAt = openAt;
    this.#limits = limits;
    this.tar = new TarReader((entry) => this.#entry(entry));
  }

  #entry(entry: TarEntry): TarSink | undefined {
    const path = entry.path.length > maxPathLength ? undefined : normalisePath(entry.path);
    if (path === undefined) {
      if (entry.type !== 'directory') this.#outside(entry.path);
      return undefined;
    }
    if (this.tree.entries >= this.#limits.layerEntries) {
      throw new AppError('LIMIT_EXCEEDED', `it has more than ${this.#limits.layerEntries} entries`);
    }
    if (entry.type === 'directory') this.tree.directory(path);
    else if (entry.type === 'symlink') this.#symlink(path, entry.link);
    else if (entry.type === 'hardlink' && entry.size === 0) this.#hardLink(path, entry);
    else if (this.tree.file(path) && entry.type !== 'other') return this.#file(path, entry);
    return undefined;
  }

  #symlink(path: string, target: string): void {
    if (this.tree.symlinks >= this.#limits.layerSymlinks) {
      throw new AppError('LIMIT_EXCEEDED', `it has more than ${this.#limits.layerSymlinks} symbolic links`);
    }
    this.tree.symlink(path, target);
  }

  #hardLink(path: string, entry: TarEntry): void {
    if (!this.tree.file(path)) return;
    const target = normalisePath(entry.link);
    if (target === undefined) this.#outside(entry.link);
    // The link's own size is 0; whether its content is wanted can only be asked with the largest size.
    else if (this.#wishFor(path, this.#limits.fileBytes, entry.mode)) this.links.push({ path, target });
  }

  #file(path: string, entry: TarEntry): TarSink | undefined {
    const wish = this.#wishFor(path, entry.size, entry.mode);
    if (!wish) return undefined;
    if (entry.sparse || entry.size > this.#limits.fileBytes) {
      this.#unread(path, entry.sparse ? 'is stored as a sparse file' : `has ${entry.size} bytes, more than the limit`);
      return undefined;
    }
    if (this.#openAt) {
      this.#hand(wish, this.#openAt(entry.offset, entry.size, path, entry.mode));
      return undefined;
    }
    const spool = createSpool(entry.size, this.#limits.memoryFileBytes, wish.onlyExecutables);
    const end = () => {
      const file = spool.file(path, entry.mode);
      try {
        if (file) this.#hand(wish, file);
      } finally {
        spool.close();
      }
    };
    return { write: spool.write, end };
  }

  #hand(wish: FileWish, file: SourceFile): void {
    if (wish.onlyExecutables && !isExecutableFormat(file.read(0, 4))) return;
    try {
      wish.read(file);
    } catch (error) {
      this.problems.push({
        code: 'file-unreadable',
        where: file.path,
        message: `Could not read ${file.path}: ${messageOf(error)}`,
      });
    }
  }

  #outside(path: string): void {
    const message = `An entry of ${this.where} points outside the image or has a name no file system holds ("${path.slice(0, 200)}") and was left out.`;
    this.problems.push({ code: 'path-outside', where: this.where, message });
  }

  #unread(path: string, reason: string): void {
    this.problems.push({ code: 'file-skipped', where: path, message: `${path} ${reason} and was not looked into.` });
  }
}
