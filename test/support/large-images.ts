import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { headerOf, sha256, type TarMember, tarOf } from './tar.ts';

/** A piece of a tar: bytes, or so many zeroes, which are never built. */
export type Piece = Buffer | number;

export type LargeMember = TarMember & {
  /** Zeroes behind the content. */
  readonly zeroes?: number;
};

/** A layer that is described rather than held. */
export interface LargeLayer {
  readonly pieces: () => Iterable<Piece>;
  readonly diffID: string;
}

export function largeLayer(members: () => Iterable<LargeMember>): LargeLayer {
  const pieces = () => piecesOf(members());
  const hash = createHash('sha256');
  for (const chunk of chunksOf(pieces())) hash.update(chunk);
  return { pieces, diffID: `sha256:${hash.digest('hex')}` };
}

function* piecesOf(members: Iterable<LargeMember>): Generator<Piece> {
  for (const member of members) {
    const content = Buffer.from(member.content ?? '');
    const size = content.length + (member.zeroes ?? 0);
    yield headerOf(member, size);
    if (content.length > 0) yield content;
    const zeroes = (member.zeroes ?? 0) + ((512 - (size % 512)) % 512);
    if (zeroes > 0) yield zeroes;
  }
  yield 1024;
}

const zeroes = Buffer.alloc(2 ** 20);

function* chunksOf(pieces: Iterable<Piece>): Generator<Buffer> {
  for (const piece of pieces) {
    if (typeof piece !== 'number') yield piece;
    else
      for (let left = piece; left > 0; left -= zeroes.length) yield zeroes.subarray(0, Math.min(left, zeroes.length));
  }
}

/** How a layer is stored. Gzip members and zstd frames of zeroes are packed once and repeated. */
export type Store = (pieces: Iterable<Piece>) => Iterable<Piece>;

export const stores = {
  plain: (pieces) => pieces,
  gzip: (pieces) => packed(pieces, (content) => gzipSync(content, { level: 1 })),
  zstd: (pieces) => packed(pieces, (content) => zstdCompressSync(content)),
} satisfies Record<string, Store>;

const packedZeroes = 64 * 2 ** 20;
const packedBytes = 4 * 2 ** 20;

function* packed(pieces: Iterable<Piece>, pack: (content: Buffer) => Buffer): Generator<Buffer> {
  let manyZeroes: Buffer | undefined;
  let waiting: Buffer[] = [];
  let length = 0;
  const flush = () => {
    const content = Buffer.concat(waiting);
    waiting = [];
    length = 0;
    return pack(content);
  };
  for (const piece of pieces) {
    let left = typeof piece === 'number' ? piece : 0;
    if (left >= packedZeroes) {
      yield flush();
      manyZeroes ??= pack(Buffer.alloc(packedZeroes));
      for (; left >= packedZeroes; left -= packedZeroes) yield manyZeroes;
    }
    const content = typeof piece === 'number' ? Buffer.alloc(left) : piece;
    waiting.push(content);
    length += content.length;
    if (length >= packedBytes) yield flush();
  }
  yield flush();
}

/** Writes a `docker save` archive; zeroes become holes, so that gigabytes of them take no room. */
export function writeArchive(path: string, layers: readonly LargeLayer[], store: Store = stores.plain): void {
  const descriptor = openSync(path, 'w');
  try {
    let at = 0;
    layers.forEach(({ pieces }, number) => {
      let end = at + 512;
      for (const piece of store(pieces())) {
        if (typeof piece === 'number') end += piece;
        else end += writeSync(descriptor, piece, 0, piece.length, end);
      }
      const size = end - at - 512;
      writeSync(descriptor, headerOf({ path: `${number}/layer.tar` }, size), 0, 512, at);
      at = end + ((512 - (size % 512)) % 512);
    });
    const tail = documentsOf(layers.map(({ diffID }) => diffID));
    writeSync(descriptor, tail, 0, tail.length, at);
  } finally {
    closeSync(descriptor);
  }
}

function documentsOf(diffIDs: readonly string[]): Buffer {
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIDs } });
  const name = `${sha256(config).slice(7)}.json`;
  const Layers = diffIDs.map((_diffID, at) => `${at}/layer.tar`);
  const manifest = JSON.stringify([{ Config: name, RepoTags: ['test:latest'], Layers }]);
  return tarOf([
    { path: name, content: config },
    { path: 'manifest.json', content: manifest },
  ]);
}
