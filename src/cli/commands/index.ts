import type { Command, Resources, Terminal } from '../command.ts';
import { hasherFor } from '../hasher-for.ts';

/** Loaded when used, so that no command pays for another's start. */
export interface LazyCommand {
  readonly summary: string;
  readonly load: () => Promise<Command>;
  /** Starts, before the code is loaded, what takes as long to start. */
  readonly prepare?: (args: readonly string[], environment: Terminal['environment']) => Resources;
}

/** In the order of the help text. */
export const commands: ReadonlyMap<string, LazyCommand> = new Map([
  [
    'scan',
    {
      summary: 'find the known flaws of an image, a directory or an SBOM',
      load: async () => (await import('./scan.ts')).scan,
      prepare: hasherFor,
    },
  ],
  [
    'explain',
    {
      summary: 'show why one flaw is reported, step by step',
      load: async () => (await import('./explain.ts')).explain,
      prepare: hasherFor,
    },
  ],
  [
    'db',
    {
      summary: 'build the vulnerability database, or tell what is in it',
      load: async () => (await import('./db.ts')).db,
    },
  ],
]);
