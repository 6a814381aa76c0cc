/** Why an image is scanned; earlier ones go first. */
export type ScanReason = 'push' | 'asked' | 'upload' | 'crawl';

/** Work that waits in the database, shared by all replicas. Asking twice for what still waits asks once. */
export interface Queue {
  /** Asks for a scan of an image (row of `image`). `job` is the row people see. */
  readonly scan: (image: number, because: ScanReason) => Promise<{ readonly job: string }>;
  /** The same for many at once; answers how many were not waiting yet. */
  readonly scanAll: (images: readonly number[], because: ScanReason) => Promise<number>;
  /** Asks for a look through a registry (row of `registry`). */
  readonly crawl: (registry: number, because: 'asked' | 'schedule' | 'created') => Promise<{ readonly job: string }>;
  readonly cancel: (job: string) => Promise<boolean>;
}
