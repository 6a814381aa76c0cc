import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import { isExecutableFormat } from '../lib/executable-format.ts';
import type { Problem } from '../model/problem.ts';
import { LayerTreeBuilder } from './layer-tree.ts';
import type { WishFor } from './layer-walk.ts';
import type { LayerReading, ReadLayerOptions } from './read-layer.ts';
import { fileFromDescriptor } from './source-file.ts';

/** Kernel file systems at the root of a mounted system: endless, and no packages. */
const kernelDirectories = new Set(['proc', 'sys', 'dev', 'run']);

/** Walks a directory as if it were the only layer of an image. Links are noted, never followed; nothing outside is read. */
export function readDirectory(
  root: string,
  wishFor: WishFor,
  options: Omit<ReadLayerOptions, 'verified'>,
): LayerReading {
  const tree = new LayerTreeBuilder();
  const problems: Problem[] = [];
  const pending = [''];
  let complete = true;
  const note = (code: string, where: string, message: string) => problems.push({ code, where, message });
  while (pending.length > 0) {
    if (tree.entries > options.limits.layerEntries || Date.now() > options.deadline) {
      note(
        'directory-incomplete',
        root,
        `${root} was read only in part: a limit of entries or time was reached. Scan a part of it.`,
      );
      complete = false;
      break;
    }
    const parent = pending.pop() as string;
    for (const item of listOf(join(root, parent), note)) {
      const path = parent ? `${parent}/${item.name}` : item.name;
      if (item.isDirectory()) {
        tree.directory(path);
        if (!(parent === '' && kernelDirectories.has(item.name) && isMountPoint(root, path)) && item.name !== '.git')
          pending.push(path);
      } else if (item.isSymbolicLink()) tree.symlink(path, readlinkSync(join(root, path)));
      else {
        tree.file(path);
        if (item.isFile()) readFile(root, path, wishFor, options, note);
      }
    }
  }
  return { tree: tree.build(), problems, complete };
}

type Note = (code: string, where: string, message: string) => void;

function listOf(path: string, note: Note): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    note('directory-unreadable', path, `Could not list ${path}: ${messageOf(error)}. What it holds is unknown.`);
    return [];
  }
}

function readFile(
  root: string,
  path: string,
  wishFor: WishFor,
  options: Omit<ReadLayerOptions, 'verified'>,
  note: Note,
): void {
  // Most files are wanted by nobody: asked first without a size, so that they cost no system call.
  if (!wishFor(path, 0, 0o777)) return;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size, mode } = fstatSync(descriptor);
    const wish = wishFor(path, size, mode & 0o7777);
    if (!wish) return;
    if (size > options.limits.fileBytes) {
      note('file-skipped', path, `${path} has ${size} bytes, more than the limit, and was not looked into.`);
      return;
    }
    options.onBytes?.(size);
    const file = fileFromDescriptor(path, descriptor, 0, size, mode & 0o7777);
    if (!wish.onlyExecutables || isExecutableFormat(file.read(0, 4))) wish.read(file);
  } catch (error) {
    note('file-unreadable', path, `Could not read ${path}: ${messageOf(error)}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isMountPoint(root: string, path: string): boolean {
  return lstatSync(join(root, path)).dev !== lstatSync(root).dev;
}
