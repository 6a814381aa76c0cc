/** Bounds on what one image may cost. They count bytes and time, not compression ratios: real layers of zeroes compress a thousandfold. */
export interface Limits {
  /** Uncompressed bytes of one layer. */
  readonly layerBytes: number;
  /** Entries of one layer. */
  readonly layerEntries: number;
  /** Bytes of one file that is kept while it is looked at; larger ones are skipped with a problem. */
  readonly fileBytes: number;
  /** Files above this leave memory for a temporary file, where the layer itself cannot be read at will. */
  readonly memoryFileBytes: number;
  /** Symbolic links remembered per layer. */
  readonly layerSymlinks: number;
  /** Characters, and 64 for each, of the names that are remembered per layer: of links, and of what a layer takes away. */
  readonly layerNameLength: number;
  /** Bytes, roughly, that what was found may take: in one layer, and in all layers of an image together with their names. */
  readonly layerFactBytes: number;
  readonly imageFactBytes: number;
  /** Time in which an image must have been read, in ms. */
  readonly imageMs: number;
}

export const defaultLimits: Limits = {
  layerBytes: 128 * 2 ** 30,
  layerEntries: 3_000_000,
  fileBytes: 4 * 2 ** 30,
  memoryFileBytes: 8 * 2 ** 20,
  layerSymlinks: 300_000,
  layerNameLength: 48 * 2 ** 20,
  layerFactBytes: 64 * 2 ** 20,
  imageFactBytes: 256 * 2 ** 20,
  imageMs: 30 * 60_000,
};
