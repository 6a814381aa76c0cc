import { posix } from 'node:path';
import { basenameOf, maxPathLength, normalisePath, parentOf } from './image-path.ts';
import type { LayerTree } from './layer-tree.ts';
import { hasPath } from './path-set.ts';

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
  const hides = trees.map(hiderOf);
  const links = visibleLinks(trees, hides);
  const resolveDirectories = directoryResolver(links);
  const isVisible = (path: string, at: number) => {
    const names = namesOf(path, links);
    for (let above = at + 1; above < hides.length; above += 1) {
      const hide = hides[above] as Hide;
      if (hasPath((trees[above] as LayerTree).implied, path)) return false;
      if (names.some(({ name, below }) => hide(name, below))) return false;
    }
    return true;
  };
  const exists = (path: string) => {
    const resolved = resolveDirectories(path);
    for (let at = trees.length - 1; at >= 0; at -= 1) {
      const tree = trees[at] as LayerTree;
      if (hasPath(tree.files, resolved) || hasPath(tree.directories, resolved) || hasPath(tree.implied, resolved))
        return true;
      if (hides[at]?.(resolved)) return false;
    }
    return false;
  };
  return { isVisible, resolve: resolveDirectories, exists };
}

/** True when a layer hides whatever the layers below have under the path. Only parents longer than `below` are asked. */
type Hide = (path: string, below?: string) => boolean;

function hiderOf(tree: LayerTree): Hide {
  const whiteouts = new Set(tree.whiteouts);
  const opaque = new Set(tree.opaque);
  const marks = whiteouts.size + opaque.size > 0;
  return (path, below = '') => {
    if (hasPath(tree.files, path) || hasPath(tree.directories, path)) return true;
    if (marks && (whiteouts.has(path) || opaque.has(''))) return true;
    for (let parent = parentOf(path); parent.length > below.length; parent = parentOf(parent)) {
      // A file or link where the layer below has a directory takes all of that directory away.
      if (hasPath(tree.files, parent)) return true;
      if (marks && (whiteouts.has(parent) || opaque.has(parent))) return true;
    }
    return false;
  };
}

function visibleLinks(trees: readonly LayerTree[], hides: readonly Hide[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  trees.forEach((tree, at) => {
    // Each layer takes away links of the layers below before it adds its own.
    if (at > 0) for (const path of links.keys()) if (hides[at]?.(path)) links.delete(path);
    for (const [path, target] of tree.symlinks) links.set(path, target);
  });
  return links;
}

function directoryResolver(links: ReadonlyMap<string, string>): (path: string) => string {
  const known = new Map<string, string | undefined>([['', '']]);
  return (path) => {
    const parent = parentOf(path);
    if (!known.has(parent)) known.set(parent, followLinks(parent, links));
    const resolved = known.get(parent);
    if (resolved === undefined || resolved === parent) return path;
    const name = basenameOf(path);
    return resolved ? `${resolved}/${name}` : name;
  };
}

/** Walks a path part by part as the kernel does; undefined when it meets more links than the kernel would follow. */
function followLinks(directory: string, links: ReadonlyMap<string, string>): string | undefined {
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
    const target = links.get(path);
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
  links: ReadonlyMap<string, string>,
): readonly { readonly name: string; readonly below?: string }[] {
  const names: { readonly name: string; readonly below?: string }[] = [{ name: path }];
  for (const [link, target] of shortLinks(links)) {
    if (path.startsWith(`${target}/`)) names.push({ name: `${link}${path.slice(target.length)}`, below: link });
  }
  return names;
}

const shortLinksOf = new WeakMap<ReadonlyMap<string, string>, readonly (readonly [string, string])[]>();

/** Links of directories at the root (`bin`, `lib`, `var/run`): the ones whose names builders use interchangeably. */
function shortLinks(links: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const known = shortLinksOf.get(links);
  if (known) return known;
  const short: (readonly [string, string])[] = [];
  for (const [path, target] of links) {
    if (short.length >= maxShortLinks) break;
    if (path.indexOf('/') !== path.lastIndexOf('/')) continue;
    const absolute = target.startsWith('/') ? target : posix.join('/', parentOf(path), target);
    const resolved = normalisePath(posix.normalize(absolute));
    if (resolved) short.push([path, resolved]);
  }
  shortLinksOf.set(links, short);
  return short;
}
