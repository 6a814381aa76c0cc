import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { AppError } from '../lib/errors.ts';
import type { Problem } from '../model/problem.ts';
import { type Hasher, worthwhileBytes } from './hash-beside.ts';
import type { Layer, LayerBlob } from './image.ts';
import { compressionOf, headOf, openStored, readFileBlob } from './layer-bytes.ts';
import { meterOf, namingLayer, verifyDigest } from './layer-checks.ts';
import type { LayerTree } from './layer-tree.ts';
import { type HardLink, LayerWalk, type WishFor } from './layer-walk.ts';
import type { Limits } from './limits.ts';
import { createProblemList } from './problem-list.ts';
import { fileFromDescriptor, type SourceFile } from './source-file.ts';

export interface LayerReading {
  readonly tree: LayerTree;
  readonly problems: readonly Problem[];
  /** Hard links to files that the same readers were shown: path of the link and of the file, both in this layer. */
  readonly sameFiles: readonly (readonly [link: string, file: string])[];
  /** Digest of the stored bytes, when they were all read. */
  readonly blobDigest?: string;
  /** False when a limit cut the reading short: what was found stands, but must not be cached. */
  readonly complete: boolean;
  /** Set while the digest is still being computed beside: nothing found is to be believed before it settles. */
  readonly verification?: Promise<Verification>;
}

/** The digest of the stored bytes, or why it could not be computed in time. What does not fit rejects with DIGEST_MISMATCH. */
export type Verification =
  | { readonly kind: 'verified'; readonly blobDigest: string }
  | { readonly kind: 'late'; readonly problem: Problem };

export interface ReadLayerOptions {
  readonly limits: Limits;
  /** When the image must be done, in ms since the epoch. */
  readonly deadline: number;
  /** True when these very bytes were verified before: then content nobody asks for is not even read. */
  readonly verified: boolean;
  /** Takes over the hashing of large uncompressed layers; without one it is done in the same pass. */
  readonly hasher?: Hasher;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Walks one layer, hands the wanted files to the visitor and verifies the layer's digests in the same pass.
 * Throws `AppError` ARCHIVE_CORRUPT or DIGEST_MISMATCH, naming the layer.
 */
export async function readLayer(layer: Layer, wishFor: WishFor, options: ReadLayerOptions): Promise<LayerReading> {
  const { links, ...reading } = await readOnce(layer, wishFor, options);
  if (!reading.complete || links.size === 0) return { ...reading, sameFiles: [] };
  const { sameFiles, targets } = sortLinks(links, wishFor, options.limits);
  if (targets.size === 0) return { ...reading, sameFiles };
  // Links that are wanted under their own name: their content has gone by, so the layer is read once more for it alone.
  const found = new Set<string>();
  const verified = options.verified || layer.blob.kind === 'file';
  const again = await readOnce(layer, linkWishes(wishFor, targets, found), { ...options, verified });
  const news = again.problems.filter(({ code }) => code !== 'path-outside');
  const problems = [...reading.problems, ...news, ...danglingLinks(targets, found)];
  return { ...reading, problems, sameFiles, complete: again.complete };
}

type Reading = Omit<LayerReading, 'sameFiles'> & { readonly links: ReadonlyMap<string, HardLink> };

/** Links by the file they lead to. */
type LinkTargets = ReadonlyMap<string, readonly string[]>;

/** Tells the links whose content was shown under another name from those that need to be read. */
function sortLinks(links: ReadonlyMap<string, HardLink>, wishFor: WishFor, limits: Limits) {
  const sameFiles: (readonly [string, string])[] = [];
  const targets = new Map<string, string[]>();
  const endOfLinks = createLinkEnds(links);
  for (const [path, { mode }] of links) {
    // The link's own size is 0; whether its content is wanted can only be asked with the largest size.
    const wish = wishFor(path, limits.fileBytes, mode);
    if (!wish) continue;
    const target = endOfLinks(path);
    const readers = new Set(wishFor(target, limits.fileBytes, mode)?.readers);
    const isShown = (wish.onlyExecutables || wish.byContent) && wish.readers?.every((reader) => readers.has(reader));
    if (isShown) sameFiles.push([path, target]);
    else if (targets.has(target)) targets.get(target)?.push(path);
    else targets.set(target, [path]);
  }
  return { sameFiles, targets };
}

/** A link may lead to a link; one that leads back to itself ends there. */
function createLinkEnds(links: ReadonlyMap<string, HardLink>): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const passed: string[] = [];
    let end = path;
    for (let link = links.get(end); link && !known.has(end); link = links.get(end)) {
      known.set(end, end);
      passed.push(end);
      end = link.target;
    }
    end = known.get(end) ?? end;
    for (const step of passed) known.set(step, end);
    return end;
  };
}

function readOnce(layer: Layer, wishFor: WishFor, options: ReadLayerOptions): Promise<Reading> {
  return namingLayer(layer, () => {
    const isPlain = layer.blob.kind === 'file' && compressionOf(headOf(layer.blob)) === 'none';
    return isPlain
      ? readPlain(layer, layer.blob as LayerBlob & { kind: 'file' }, wishFor, options)
      : readStream(layer, wishFor, options);
  });
}

/** An uncompressed layer in a local file: files are read where they lie, and nothing is copied. */
async function readPlain(
  layer: Layer,
  blob: LayerBlob & { kind: 'file' },
  wishFor: WishFor,
  options: ReadLayerOptions,
): Promise<Reading> {
  const descriptor = openSync(blob.path, 'r');
  const openAt = (offset: number, size: number, path: string, mode: number): SourceFile => {
    if (offset + size > blob.size) throw new AppError('ARCHIVE_CORRUPT', `${path} reaches beyond its end`);
    return fileFromDescriptor(path, descriptor, blob.offset + offset, size, mode);
  };
  const walk = new LayerWalk(`layer ${layer.diffID}`, wishFor, openAt, options.limits);
  const beside = options.verified ? undefined : hashElsewhere(layer, blob, options);
  const hash = options.verified || beside ? undefined : createHash('sha256');
  const meter = meterOf(options);
  let left = blob.size;
  try {
    const stopped = await stopAtLimit(async () => {
      await readFileBlob(blob, (chunk) => {
        left -= chunk.length;
        hash?.update(chunk);
        walk.tar.push(chunk);
        const leap = hash ? 0 : Math.min(walk.tar.skippable, left);
        walk.tar.skip(leap);
        left -= leap;
        meter(chunk.length);
        return leap;
      });
      walk.tar.finish();
    });
    const digest = hash && !stopped ? `sha256:${hash.digest('hex')}` : undefined;
    if (digest) verifyPlain(layer, digest);
    const reading = finished(walk, stopped, digest);
    return beside && !stopped ? { ...reading, verification: beside } : reading;
  } finally {
    walk.close();
    closeSync(descriptor);
  }
}

function hashElsewhere(
  layer: Layer,
  blob: LayerBlob & { kind: 'file' },
  options: ReadLayerOptions,
): Promise<Verification> | undefined {
  const { hasher, limits, deadline } = options;
  if (!hasher || blob.size < worthwhileBytes || blob.size > limits.layerBytes) return undefined;
  const verification = namingLayer(layer, async (): Promise<Verification> => {
    try {
      const blobDigest = await hasher.hash(blob, deadline);
      verifyPlain(layer, blobDigest);
      return { kind: 'verified', blobDigest };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'LIMIT_EXCEEDED') throw error;
      return { kind: 'late', problem: incomplete(`layer ${layer.diffID}`, error) };
    }
  });
  // When the walk itself fails, nobody is left to hear of it.
  verification.catch(() => {});
  return verification;
}

/** Takes half the hashing off the thread that unpacks. */
function hashStoredElsewhere({ blob }: Layer, { hasher, deadline }: ReadLayerOptions): Promise<string> | undefined {
  if (!hasher || blob.kind !== 'file' || blob.size < worthwhileBytes) return undefined;
  const digest = hasher.hash(blob, deadline);
  // When the walk itself fails, nobody is left to hear of it.
  digest.catch(() => {});
  return digest;
}

function verifyPlain(layer: Layer, digest: string): void {
  verifyDigest(layer.diffID, digest, 'its content');
  if (layer.blobDigest) verifyDigest(layer.blobDigest, digest, 'its stored bytes');
}

async function readStream(layer: Layer, wishFor: WishFor, options: ReadLayerOptions): Promise<Reading> {
  const walk = new LayerWalk(`layer ${layer.diffID}`, wishFor, undefined, options.limits);
  const stored = await openStored(layer, hashStoredElsewhere(layer, options));
  const hash = options.verified ? undefined : createHash('sha256');
  const meter = meterOf(options);
  let blobDigest: string | undefined;
  const stopped = await stopAtLimit(async () => {
    for await (const chunk of stored.chunks) {
      meter(chunk.length);
      hash?.update(chunk);
      walk.tar.push(chunk);
    }
    blobDigest = await stored.blobDigest();
  }).finally(() => walk.close());
  if (!stopped) {
    walk.tar.finish();
    if (hash) verifyDigest(layer.diffID, `sha256:${hash.digest('hex')}`, 'its content');
  }
  if (blobDigest && layer.blobDigest) verifyDigest(layer.blobDigest, blobDigest, 'its stored bytes');
  return finished(walk, stopped, blobDigest);
}

function finished(walk: LayerWalk, stopped: AppError | undefined, blobDigest: string | undefined): Reading {
  const problems = walk.problems.all();
  return {
    tree: walk.tree.build(),
    problems: stopped ? [...problems, incomplete(walk.where, stopped)] : problems,
    complete: !stopped,
    links: walk.links,
    ...(blobDigest && { blobDigest }),
  };
}

function incomplete(where: string, error: AppError): Problem {
  return {
    code: 'layer-incomplete',
    where,
    message: `The ${where} was read only in part: ${error.message}. What lies behind is unknown; raise the limit to see it.`,
  };
}

async function stopAtLimit(work: () => Promise<void>): Promise<AppError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'LIMIT_EXCEEDED') return error;
    throw error;
  }
}

function linkWishes(wishFor: WishFor, targets: LinkTargets, found: Set<string>): WishFor {
  return (path, size, mode) => {
    const links = targets.get(path);
    if (!links) return undefined;
    found.add(path);
    const wishes = links.flatMap((link) => {
      const wish = wishFor(link, size, mode);
      return wish ? [{ link, wish }] : [];
    });
    if (wishes.length === 0) return undefined;
    const read = (file: SourceFile) => {
      for (const { link, wish } of wishes) wish.read({ ...file, path: link });
    };
    return { onlyExecutables: wishes.every(({ wish }) => wish.onlyExecutables), read };
  };
}

function danglingLinks(targets: LinkTargets, found: ReadonlySet<string>): readonly Problem[] {
  const problems = createProblemList('its hard links');
  for (const [target, links] of targets) {
    for (const path of found.has(target) ? [] : links) {
      const message = `${path} is a hard link to ${target}, which its layer does not hold; its content was not looked into.`;
      problems.add({ code: 'hard-link-unread', where: path, message });
    }
  }
  return problems.all();
}
