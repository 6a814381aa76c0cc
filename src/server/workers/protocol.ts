import type { Artifact } from '../../model/artifact.ts';
import type { ScannedImage } from '../../model/report.ts';
import type { Inventory } from '../../vulnerability/assemble.ts';
import type { ScanSource } from './scan-source.ts';
import type { TurnAnswer, TurnQuestion } from './turns.ts';

/** What a worker is asked: plain data, sent over the channel between processes. */
export interface ScanErrand {
  readonly source: ScanSource;
  /** Layer cache that all workers of a replica share. */
  readonly cacheDirectory: string;
  readonly cacheBytes: number;
  /** ms */
  readonly imageMs: number;
}

export type ScanProgress =
  | { readonly kind: 'layer'; readonly at: number; readonly of: number }
  | { readonly kind: 'bytes'; readonly bytes: number };

/** What is said to a worker. */
export type WorkerOrder = { readonly kind: 'scan'; readonly errand: ScanErrand } | TurnAnswer;

/** What a worker says. */
export type WorkerMessage = WorkerAnswer | TurnQuestion;

/** What comes back from the worker itself. */
export type WorkerAnswer =
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | { readonly kind: 'inventory'; readonly image: ScannedImage; readonly inventory: Inventory }
  /** It is no image, and never will be. */
  | { readonly kind: 'artifact'; readonly artifact: Artifact }
  /** The image or its registry is at fault, and would be again. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export type ScanOutcome =
  | Exclude<WorkerAnswer, { kind: 'progress' }>
  /** The worker is gone: out of memory, out of time, killed. Another try may do better. */
  | { readonly kind: 'crashed'; readonly code: string; readonly message: string };
