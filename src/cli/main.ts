import { AppError, messageOf } from '../lib/errors.ts';
import { version } from '../lib/version.ts';
import { visibleSentence } from '../lib/visible-text.ts';
import { type ExitCode, exitCodes, type Terminal } from './command.ts';
import { commands } from './commands/index.ts';

/** Runs one command line; every failure becomes one line for people and an exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(rest[0], terminal);
  if (name === '--version' || name === 'version') {
    terminal.out(`breakwater ${version()}\n`);
    return exitCodes.done;
  }
  const load = commands.get(name);
  if (!load) {
    terminal.error(`breakwater: there is no command "${name}"; see "breakwater help".\n`);
    return exitCodes.failed;
  }
  try {
    const resources = load.prepare?.(rest, terminal.environment) ?? {};
    const command = await load.load();
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.out(command.help);
      return exitCodes.done;
    }
    return await command.run(rest, terminal, resources).finally(resources.hasher?.close);
  } catch (error) {
    terminal.error(`breakwater ${name}: ${describe(error)}\n`);
    if (terminal.environment.BREAKWATER_DEBUG) terminal.error(`${error instanceof Error ? error.stack : error}\n`);
    return exitCodes.failed;
  }
}

/** One line; what it quotes from outside cannot steer the terminal. */
function describe(error: unknown): string {
  const message = visibleSentence(messageOf(error));
  const short = message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;
  return error instanceof AppError ? `${short} [${error.code}]` : `unexpected error: ${short}`;
}

const maxMessageLength = 2000;

/** A program of its own runs these, see `bin/breakwater`. */
const serverCommands = [
  ['server', 'keep the images of registries under assessment, with API and console'],
  ['backup', 'write the store of the server to a file'],
  ['restore', 'fill an empty store from a backup'],
  ['check-store', 'compare stored counts with a recount'],
  ['reset-password', 'make a new password for a local account'],
] as const;

async function help(name: string | undefined, terminal: Terminal): Promise<ExitCode> {
  const command = name ? commands.get(name) : undefined;
  if (command) {
    terminal.out((await command.load()).help);
    return exitCodes.done;
  }
  const listed = [...commands].map(([id, { summary }]) => [id, summary] as const);
  const rows = [...listed, ...serverCommands].map(([id, summary]) => `  ${id.padEnd(15)}${summary}`);
  terminal.out(
    `Breakwater finds the known flaws of container images.\n\nUsage: breakwater <command> [options]\n\n${rows.join('\n')}\n\n"breakwater <command> --help" tells more of one.\n`,
  );
  return exitCodes.done;
}
