import { posix } from 'node:path';
import { basenameOf, maxPathLength, normalisePath, parentOf } from './image-path.ts';
import type { LayerTree } from './layer-tree.ts';
import { hasHash, hasPath, pathHash } from './path-set.ts';

/** The layers of an image seen from above: what the running container sees. */
export interface Overlay {
  /** True when the file that layer `at` holds under `path` is not hidden by a layer above. */
  isVisible(path: string, at: number): boolean;
  /** The path with the symlinks of its directories resolved inside the image; the path itself when they loop or leave it. */
  resolve(path: string): string;
  /** True when a layer shows something under this path, after resolving. */
  exists(path: string): boolean;
}

/** As Linux: MAXSYMLINKS. */
const maxSymlinkSteps = 40;
const maxShortLinks = 256;

/** Joins layer trees, lowest first (OCI image specification, "layer.md", sections on whiteouts and changesets). */
export function overlayOf(trees: readonly LayerTree[]): Overlay {
  const hiding = hidingOf(trees);
  const links = linksOf(trees, hiding);
  const resolve = directoryResolver(links.targetOf);
  const isVisible = (path: string, at: number) => {
    for (let above = trees.length - 1; above > at; above -= 1)
      if (hasPath((trees[above] as LayerTree).implied, path)) return false;
    return namesOf(path, links.short()).every(({ name, below }) => hiding.highest(name, below) <= at);
  };
  const exists = (path: string) => {
    const resolved = resolve(path);
    const hash = pathHash(resolved);
    const lowest = hiding.highestAbove(resolved);
    for (let at = trees.length - 1; at >= Math.max(lowest, 0); at -= 1) {
      const tree = trees[at] as LayerTree;
      if ([tree.files, tree.directories, tree.implied].some((set) => hasHash(set, hash))) return true;
    }
    return false;
  };
  return { isVisible, resolve, exists };
}

interface Hiding {
  /** The highest layer that has something of its own under the path or takes away what lies below; -1 for none. */
  highest(path: string, below?: string): number;
  /** The highest layer that takes away what the layers below it have under the path. */
  highestAbove(path: string, below?: string): number;
}

/**
 * Answers by layer and not by pair of layers, and once per directory, so that many layers cost little. Only parents
 * longer than `below` are asked.
 */
function hidingOf(trees: readonly LayerTree[]): Hiding {
  const marks = trees.map(({ whiteouts, opaque }) => ({ whiteouts: new Set(whiteouts), opaque: new Set(opaque) }));
  const isMarked = marks.some(({ whiteouts, opaque }) => whiteouts.size + opaque.size > 0);
  const highestOf = (test: (tree: LayerTree, at: number) => boolean) => {
    let at = trees.length - 1;
    while (at >= 0 && !test(trees[at] as LayerTree, at)) at -= 1;
    return at;
  };
  const root = isMarked ? highestOf((_tree, at) => marks[at]?.opaque.has('') === true) : -1;
  const taken = (path: string) => (isMarked ? highestOf((_tree, at) => marks[at]?.whiteouts.has(path) === true) : -1);
  const directories = new Map<string, number>();
  /** Of everything in a directory: a file or link in its place takes it away, and so do marks. */
  const inside = (directory: string, below: string): number => {
    const passed: string[] = [];
    let highest = root;
    for (let path = directory; path.length > below.length; path = parentOf(path)) {
      const known = directories.get(`${below}\0${path}`);
      if (known !== undefined) {
        highest = known;
        break;
      }
      passed.push(path);
    }
    for (let path = passed.pop(); path !== undefined; path = passed.pop()) {
      const hash = pathHash(path);
      const own = highestOf((tree, at) => {
        if (hasHash(tree.files, hash)) return true;
        return isMarked && (marks[at]?.whiteouts.has(path) || marks[at]?.opaque.has(path)) === true;
      });
      highest = Math.max(highest, own);
      directories.set(`${below}\0${path}`, highest);
    }
    return highest;
  };
  const highestAbove = (path: string, below = '') => Math.max(inside(parentOf(path), below), taken(path));
  const highest = (path: string, below = '') => {
    const hash = pathHash(path);
    const own = highestOf(({ files, directories: named }) => hasHash(files, hash) || hasHash(named, hash));
    return Math.max(own, highestAbove(path, below));
  };
  return { highest, highestAbove };
}

interface Links {
  /** Where the link that is visible under this path leads; undefined when there is none. */
  readonly targetOf: (path: string) => string | undefined;
  /** Links of directories at the root (`bin`, `lib`, `var/run`): the ones whose names builders use interchangeably. */
  readonly short: () => readonly (readonly [path: string, target: string])[];
}

function linksOf(trees: readonly LayerTree[], hiding: Hiding): Links {
  /** The highest link of each path; a lower one is hidden by it in any case. */
  const all = new Map<string, string>();
  /** Its layer, where that is not the lowest one, in which nearly all links are. */
  const layers = new Map<string, number>();
  trees.forEach(({ symlinks }, at) => {
    for (const [path, target] of symlinks) {
      all.set(path, target);
      if (at > 0) layers.set(path, at);
    }
  });
  const targetOf = (path: string) => {
    const target = all.get(path);
    return target !== undefined && hiding.highest(path) <= (layers.get(path) ?? 0) ? target : undefined;
  };
  let known: readonly (readonly [string, string])[] | undefined;
  const short = () => {
    known ??= shortLinks(all.keys(), targetOf);
    return known;
  };
  return { targetOf, short };
}

function shortLinks(
  paths: Iterable<string>,
  targetOf: (path: string) => string | undefined,
): readonly (readonly [string, string])[] {
  const short: (readonly [string, string])[] = [];
  let asked = 0;
  for (const path of paths) {
    if (path.indexOf('/') !== path.lastIndexOf('/')) continue;
    asked += 1;
    if (asked > maxShortLinks) break;
    const target = targetOf(path);
    if (target === undefined) continue;
    const absolute = target.startsWith('/') ? target : posix.join('/', parentOf(path), target);
    const resolved = normalisePath(posix.normalize(absolute));
    if (resolved) short.push([path, resolved]);
  }
  return short;
}

function directoryResolver(targetOf: Links['targetOf']): (path: string) => string {
  const known = new Map<string, string | undefined>([['', '']]);
  return (path) => {
    const parent = parentOf(path);
    if (!known.has(parent)) known.set(parent, followLinks(parent, targetOf));
    const resolved = known.get(parent);
    if (resolved === undefined || resolved === parent) return path;
    const name = basenameOf(path);
    return resolved ? `${resolved}/${name}` : name;
  };
}

/** Walks a path part by part as the kernel does; undefined when it meets more links than the kernel would follow. */
function followLinks(directory: string, targetOf: Links['targetOf']): string | undefined {
  const parts = directory.split('/').reverse();
  let resolved = '';
  let followed = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      resolved = parentOf(resolved);
      continue;
    }
    const path: string = resolved ? `${resolved}/${part}` : part;
    const target = targetOf(path);
    if (target === undefined) {
      resolved = path;
      continue;
    }
    followed += 1;
    if (followed > maxSymlinkSteps || target.length > maxPathLength) return undefined;
    if (target.startsWith('/')) resolved = '';
    parts.push(...target.split('/').reverse());
  }
  return resolved;
}

/**
 * Every name under which a layer may write over the path: layers made by build tools sometimes say `bin/x` where
 * `bin` links to `usr/bin` in a layer below.
 */
function namesOf(
  path: string,
  links: readonly (readonly [path: string, target: string])[],
): readonly { readonly name: string; readonly below?: string }[] {
  const names: { readonly name: string; readonly below?: string }[] = [{ name: path }];
  for (const [link, target] of links) {
    if (path.startsWith(`${target}/`)) names.push({ name: `${link}${path.slice(target.length)}`, below: link });
  }
  return names;
}
