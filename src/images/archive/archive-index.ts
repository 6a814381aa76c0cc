import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { AppError } from '../../lib/errors.ts';
import { type TarEntry, TarReader } from '../../lib/tar.ts';
import type { LayerBlob } from '../image.ts';
import { normalisePath, parentOf } from '../image-path.ts';
import { readFileBlob } from '../layer-bytes.ts';

/** Where each member of an image archive lies. The archive is leapt through, header to header. */
export interface ArchiveIndex {
  readonly path: string;
  has(name: string): boolean;
  /** The member's place; links to other members (old `docker save` links equal layers) are followed. */
  blob(name: string): LayerBlob & { kind: 'file' };
  /** The whole content of a small member. */
  content(name: string, limitBytes: number): Buffer;
}

const maxMembers = 100_000;
/** Names are kept in memory; real ones have about 100 bytes. */
const maxNameBytes = 16 * 1024 * 1024;
const maxLinks = 16;

type Member = { readonly offset: number; readonly size: number; readonly sparse: boolean } | { readonly link: string };

export async function indexArchive(path: string): Promise<ArchiveIndex> {
  const members = await readMembers(path);
  const find = (name: string) => {
    let current = normalisePath(name);
    for (let step = 0; step < maxLinks && current !== undefined; step += 1) {
      const member = members.get(current);
      if (!member) return undefined;
      if (!('link' in member)) return member;
      current = normalisePath(member.link);
    }
    return undefined;
  };
  const blob = (name: string): LayerBlob & { kind: 'file' } => {
    const member = find(name);
    if (!member)
      throw new AppError(
        'IMAGE_INVALID',
        `${path} does not hold "${name}", which its manifest names; export the image again.`,
      );
    if (member.sparse)
      throw new AppError(
        'ARCHIVE_UNSUPPORTED',
        `"${name}" in ${path} is stored as a sparse file; repack the archive without "tar --sparse".`,
      );
    return { kind: 'file', path, offset: member.offset, size: member.size };
  };
  const content = (name: string, limitBytes: number) => {
    const { offset, size } = blob(name);
    if (size > limitBytes)
      throw new AppError(
        'IMAGE_INVALID',
        `"${name}" in ${path} has ${size} bytes; such a document has at most ${limitBytes}.`,
      );
    return readAt(path, offset, size);
  };
  return { path, has: (name) => find(name) !== undefined, blob, content };
}

async function readMembers(path: string): Promise<ReadonlyMap<string, Member>> {
  const members = new Map<string, Member>();
  const size = statSync(path).size;
  let nameBytes = 0;
  const onEntry = (entry: TarEntry) => {
    const name = normalisePath(entry.path);
    if (name === undefined) return undefined;
    nameBytes += name.length + entry.link.length;
    if (members.size >= maxMembers || nameBytes > maxNameBytes)
      throw new AppError(
        'IMAGE_INVALID',
        `${path} has more than ${maxMembers} members, or names of more than ${maxNameBytes} bytes; no image does.`,
      );
    const { offset, sparse } = entry;
    if (entry.type === 'file') members.set(name, { offset, size: entry.size, sparse });
    else if (entry.type === 'symlink') members.set(name, { link: posix.join(parentOf(name), entry.link) });
    else if (entry.type === 'hardlink') members.set(name, { link: entry.link });
    return undefined;
  };
  const tar = new TarReader(onEntry);
  let at = 0;
  try {
    await readFileBlob(
      { kind: 'file', path, offset: 0, size },
      (chunk) => {
        tar.push(chunk);
        const leap = Math.min(tar.skippable, size - at - chunk.length);
        tar.skip(leap);
        at += chunk.length + leap;
        return leap;
      },
      64 * 1024,
    );
    requireWhole(members, size);
    tar.finish();
  } catch (error) {
    if (error instanceof AppError && error.code === 'ARCHIVE_CORRUPT') {
      const message = `${path} cannot be read: ${error.message} Export the image again.`;
      throw new AppError('ARCHIVE_CORRUPT', message, { cause: error });
    }
    throw error;
  }
  return members;
}

function requireWhole(members: ReadonlyMap<string, Member>, size: number): void {
  for (const [name, member] of members) {
    if ('link' in member || member.offset + member.size <= size) continue;
    throw new AppError('ARCHIVE_CORRUPT', `it is cut short: "${name}" reaches beyond its ${size} bytes.`);
  }
}

function readAt(path: string, offset: number, size: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const content = Buffer.alloc(size);
    for (let fill = 0; fill < size; ) {
      const got = readSync(descriptor, content, fill, size - fill, offset + fill);
      if (got === 0) throw new AppError('ARCHIVE_CORRUPT', `${path} is cut short; export the image again.`);
      fill += got;
    }
    return content;
  } finally {
    closeSync(descriptor);
  }
}
