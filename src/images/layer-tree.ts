import { basenameOf, parentOf } from './image-path.ts';
import { HashSet, hasHash, type PathSet, PathSetBuilder, pathHash } from './path-set.ts';

/** The names of one layer: enough to tell what it hides in the layers below it (OCI image specification, "layer.md"). */
export interface LayerTree {
  /** Everything that is not a directory. */
  readonly files: PathSet;
  readonly directories: PathSet;
  /** Directories that no entry names but that a file lies in: made where missing, and reached through links where there are some. */
  readonly implied: PathSet;
  /** Paths that a whiteout (`.wh.<name>`) removes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Directories whose content in the layers below is hidden (`.wh..wh..opq`). */
  readonly opaque: readonly string[];
  /** Symbolic links: path and target, as stored. */
  readonly symlinks: readonly (readonly [path: string, target: string])[];
}

const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';

/** What a name takes beside its characters, roughly. */
export const nameOverhead = 64;

/** Collects the names of a layer while it is read. */
export class LayerTreeBuilder {
  readonly #files = new PathSetBuilder();
  readonly #directories = new PathSetBuilder();
  readonly #whiteouts: string[] = [];
  readonly #opaque: string[] = [];
  readonly #symlinks: [string, string][] = [];
  readonly #parents = new HashSet();
  #lastParent = '';
  #nameLength = 0;

  /** Everything noted, directories that are only implied included. */
  get entries(): number {
    return (
      this.#files.size + this.#directories.size + this.#parents.size + this.#whiteouts.length + this.#opaque.length
    );
  }

  get symlinks(): number {
    return this.#symlinks.length;
  }

  /** Characters of the names that are kept as they are, not as hashes, and what each takes beside them. */
  get nameLength(): number {
    return this.#nameLength;
  }

  directory(path: string): void {
    this.#directories.add(path);
  }

  symlink(path: string, target: string): void {
    this.#parentsOf(path);
    this.#files.add(path);
    this.#symlinks.push([path, target]);
    this.#nameLength += nameOverhead + path.length + target.length;
  }

  /** Notes a file; false when it was only a mark for the layers below. */
  file(path: string): boolean {
    const name = basenameOf(path);
    if (!name.startsWith(whiteoutPrefix)) {
      this.#parentsOf(path);
      this.#files.add(path);
      return true;
    }
    const parent = parentOf(path);
    this.#nameLength += nameOverhead + path.length;
    if (name === opaqueMarker) this.#opaque.push(parent);
    // `.wh..wh.*` is bookkeeping of aufs and names no file.
    else if (!name.startsWith('.wh..wh.')) this.#whiteouts.push(parent ? `${parent}/${name.slice(4)}` : name.slice(4));
    return false;
  }

  /** Neighbours share a parent, so most calls end at once. */
  #parentsOf(path: string): void {
    let parent = parentOf(path);
    if (parent === this.#lastParent) return;
    this.#lastParent = parent;
    for (; parent !== ''; parent = parentOf(parent)) {
      if (!this.#parents.add(pathHash(parent))) return;
    }
  }

  build(): LayerTree {
    const directories = this.#directories.build();
    const implied = new PathSetBuilder();
    for (const hash of this.#parents) if (!hasHash(directories, hash)) implied.addHash(hash);
    return {
      files: this.#files.build(),
      directories,
      implied: implied.build(),
      whiteouts: this.#whiteouts,
      opaque: this.#opaque,
      symlinks: this.#symlinks,
    };
  }
}
