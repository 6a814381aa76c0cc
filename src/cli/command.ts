import type { Hasher } from '../images/hash-beside.ts';

/** Where a command reads from and writes to; handed in so that commands can be tested in process. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Columns of the terminal, or 100 when output goes elsewhere. */
  readonly columns: number;
  readonly colour: boolean;
  /** True when a person watches the error stream, so that progress may be drawn. */
  readonly interactive: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Process exit codes; API. */
export const exitCodes = { done: 0, overThreshold: 1, failed: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What is started for a command before its code is loaded, because starting takes as long as loading. */
export interface Resources {
  readonly hasher?: Hasher;
}

export interface Command {
  /** The file's name; what the user types. */
  readonly id: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help text. */
  readonly help: string;
  /** Throws `AppError` USAGE for arguments that make no sense. */
  readonly run: (args: readonly string[], terminal: Terminal, resources: Resources) => Promise<ExitCode>;
}
