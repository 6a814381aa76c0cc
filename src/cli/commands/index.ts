import type { Command } from '../command.ts';

/** Loaded when used, so that no command pays for another's start. */
export interface LazyCommand {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** In the order of the help text. */
export const commands: ReadonlyMap<string, LazyCommand> = new Map([
  [
    'scan',
    {
      summary: 'find the known flaws of an image, a directory or an SBOM',
      load: async () => (await import('./scan.ts')).scan,
    },
  ],
  [
    'explain',
    {
      summary: 'show why one flaw is reported, step by step',
      load: async () => (await import('./explain.ts')).explain,
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
