/**
 * Something that kept a result from being complete. Problems are data and are shown beside the result:
 * a scan with problems is never reported as clean.
 */
export interface Problem {
  /** Stable and for machines, kebab-case: `file-corrupt`, `distribution-unknown`, `version-unresolved`. */
  readonly code: string;
  /** The thing it happened to: a path in the image, a layer's digest, a stream, a purl. */
  readonly where: string;
  /** One sentence for people: what happened and what to do about it. */
  readonly message: string;
}
