import type { Digest } from '../lib/digest.ts';

export interface Platform {
  /** `linux`. */
  readonly os: string;
  /** `amd64`, `arm64`. */
  readonly architecture: string;
  readonly variant?: string;
}

/** The bytes of a layer as they are stored. */
export type LayerBlob =
  /** A part of a local file: can be read at any offset, without copying. */
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly size: number }
  /** Bytes that come once, in order; each call to `open` starts anew. `size` as announced, if it was. */
  | { readonly kind: 'stream'; readonly size: number | undefined; readonly open: () => AsyncIterable<Uint8Array> };

export interface Layer {
  /** Digest of the uncompressed tar, as the image's configuration states it; the layer reader verifies it. */
  readonly diffID: Digest;
  /** Digest of the stored bytes where the manifest states it; verified in the same pass. */
  readonly blobDigest?: Digest;
  readonly blob: LayerBlob;
  /** The build step that made it. */
  readonly createdBy?: string;
}

/** An opened image: layers are opened by the reader, one after the other, and never wanted whole on disk or in memory. */
export interface Image {
  readonly kind: 'image';
  readonly reference: string;
  readonly manifestDigest?: Digest;
  readonly configDigest?: Digest;
  readonly platform: Platform;
  /** Under the same name lie images for these too, which are not looked into: `linux/arm64`. */
  readonly otherPlatforms?: readonly string[];
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** Identity of the local files that hold the layers: device, inode, size, times, and which of their images this is. Absent for remote images. */
  readonly fileIdentity?: string;
  readonly close: () => Promise<void>;
}

/** A root file system that is not an image: a directory or a mounted disk. */
export interface Directory {
  readonly kind: 'directory';
  readonly reference: string;
  readonly root: string;
}

/** A package list made by somebody: parsed by the vulnerability pillar. */
export interface SbomDocument {
  readonly kind: 'sbom';
  readonly reference: string;
  readonly path: string;
}

export type Subject = Image | Directory | SbomDocument;
