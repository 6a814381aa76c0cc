import { AppError, messageOf } from '../lib/errors.ts';
import { isExecutableFormat } from '../lib/executable-format.ts';
import { type TarEntry, TarReader, type TarSink } from '../lib/tar.ts';
import { maxPathLength, normalisePath } from './image-path.ts';
import { LayerTreeBuilder, nameOverhead } from './layer-tree.ts';
import type { Limits } from './limits.ts';
import { createProblemList, type ProblemList } from './problem-list.ts';
import type { SourceFile } from './source-file.ts';
import { createSpool, type Spool } from './spool.ts';

/** What a visitor wants of a file. */
export interface FileWish {
  /** Look at the first four bytes first, and go on only when they are those of an executable format. */
  readonly onlyExecutables: boolean;
  /** Who will read it. Files with the same content tell the same readers the same. */
  readonly readers?: readonly unknown[];
  /** What they tell follows from the content alone, whatever the name: then another name of the same file needs no second look. */
  readonly byContent?: boolean;
  /** Throws LIMIT_EXCEEDED to end the reading of the layer; anything else becomes a problem of the file. */
  readonly read: (file: SourceFile) => void;
}

/** Sees the files of a layer; asked for each by name before its content is touched. */
export type WishFor = (path: string, size: number, mode: number) => FileWish | undefined;

/** How the walk gets at content: at will from the place it is stored, or only as it passes by. */
export type OpenAt = ((offset: number, size: number, path: string, mode: number) => SourceFile) | undefined;

/** Where a hard link leads, and the mode of the file that both are. */
export interface HardLink {
  readonly target: string;
  readonly mode: number;
}

/** Walks the entries of one layer: notes every name and hands wanted files to the visitor. To be closed. */
export class LayerWalk {
  readonly tree = new LayerTreeBuilder();
  readonly problems: ProblemList;
  /** By path; the content may have gone by before the link, or come after it. */
  readonly links = new Map<string, HardLink>();
  readonly tar: TarReader;
  readonly #wishFor: WishFor;
  readonly #openAt: OpenAt;
  readonly #limits: Limits;
  readonly where: string;
  #spool: Spool | undefined;
  #linkLength = 0;

  constructor(where: string, wishFor: WishFor, openAt: OpenAt, limits: Limits) {
    this.where = where;
    this.problems = createProblemList(where);
    this.#wishFor = wishFor;
    this.#openAt = openAt;
    this.#limits = limits;
    this.tar = new TarReader((entry) => this.#entry(entry));
  }

  /** Gives up the file that was under way when the walk ended early. */
  close(): void {
    this.#spool?.close();
    this.#spool = undefined;
  }

  #entry(entry: TarEntry): TarSink | undefined {
    const path = entry.path.length > maxPathLength ? undefined : normalisePath(entry.path);
    if (path === undefined) {
      if (entry.type !== 'directory') this.#outside(entry.path);
      return undefined;
    }
    this.#checkLimits();
    if (this.links.size > 0) this.links.delete(path);
    if (entry.type === 'directory') this.tree.directory(path);
    else if (entry.type === 'symlink') this.tree.symlink(path, entry.link.slice(0, maxPathLength));
    else if (entry.type === 'hardlink') this.#hardLink(path, entry);
    else if (this.tree.file(path) && entry.type !== 'other') return this.#file(path, entry);
    return undefined;
  }

  #checkLimits(): void {
    const { layerEntries, layerSymlinks, layerNameLength } = this.#limits;
    const { entries, symlinks, nameLength } = this.tree;
    if (entries > layerEntries) throw exceeded(`it has more than ${layerEntries} entries`);
    if (symlinks > layerSymlinks) throw exceeded(`it has more than ${layerSymlinks} symbolic links`);
    if (nameLength + this.#linkLength > layerNameLength)
      throw exceeded(`the names of its links and marks have more than ${layerNameLength} characters`);
  }

  #hardLink(path: string, entry: TarEntry): void {
    if (!this.tree.file(path)) return;
    const target = entry.link.length > maxPathLength ? undefined : normalisePath(entry.link);
    if (target === undefined) this.#outside(entry.link);
    else if (target !== path) {
      this.links.set(path, { target, mode: entry.mode });
      this.#linkLength += nameOverhead + path.length + target.length;
    }
  }

  #file(path: string, entry: TarEntry): TarSink | undefined {
    const wish = this.#wishFor(path, entry.size, entry.mode);
    if (!wish) return undefined;
    const reason = entry.sparse ? 'is stored as a sparse file' : `has ${entry.size} bytes, more than the limit`;
    if (entry.sparse || entry.size > this.#limits.fileBytes) return this.#unread(path, reason, wish);
    if (this.#openAt) {
      this.#hand(wish, this.#openAt(entry.offset, entry.size, path, entry.mode));
      return undefined;
    }
    const spool = createSpool(entry.size, this.#limits.memoryFileBytes, wish.onlyExecutables);
    this.#spool = spool;
    const end = () => {
      const file = spool.file(path, entry.mode);
      if (file) this.#hand(wish, file);
      this.close();
    };
    return { write: spool.write, end };
  }

  #hand(wish: FileWish, file: SourceFile): void {
    try {
      if (wish.onlyExecutables && !isExecutableFormat(file.read(0, 4))) return;
      wish.read(file);
    } catch (error) {
      if (error instanceof AppError && error.code === 'LIMIT_EXCEEDED') throw error;
      this.problems.add({
        code: 'file-unreadable',
        where: file.path,
        message: `Could not read ${file.path}: ${messageOf(error)}`,
      });
    }
  }

  #outside(path: string): void {
    const message = `An entry of ${this.where} points outside the image or has a name no file system holds ("${path.slice(0, 200)}") and was left out.`;
    this.problems.add({ code: 'path-outside', where: this.where, message });
  }

  /** Says what is left out; of what is wanted only if it is an executable, only if it is one. */
  #unread(path: string, reason: string, wish: FileWish): TarSink | undefined {
    const message = `${path} ${reason} and was not looked into.`;
    const note = () => this.problems.add({ code: 'file-skipped', where: path, message });
    if (!wish.onlyExecutables) {
      note();
      return undefined;
    }
    let head = Buffer.alloc(0);
    const write = (chunk: Buffer) => {
      if (head.length < 4) head = Buffer.concat([head, chunk.subarray(0, 4 - head.length)]);
    };
    return { write, end: () => isExecutableFormat(head) && note() };
  }
}

function exceeded(what: string): AppError {
  return new AppError('LIMIT_EXCEEDED', what);
}
