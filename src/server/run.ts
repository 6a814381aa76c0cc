import { AppError, messageOf } from '../lib/errors.ts';
import { visibleSentence } from '../lib/visible-text.ts';
import { loadConfig, settings } from './load-config.ts';
import { createLog } from './log.ts';
import type { RunningServer } from './main.ts';

/** Runs `breakwater server`: from here on, standard output is for people and the error stream for the log. */
const [, ...args] = process.argv.slice(2);

const failed = 2;

if (args.includes('--help') || args.includes('-h')) process.stdout.write(help());
else await run();

async function run(): Promise<void> {
  try {
    const config = loadConfig(args, process.env);
    const log = createLog(config);
    const { startServer } = await import('./main.ts');
    const server = await startServer(config, log);
    process.stdout.write(greeting(server));
    stopOnSignal(server, config.shutdownSeconds);
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'unexpected error';
    process.stderr.write(`breakwater server: ${visibleSentence(messageOf(error))} [${code}]\n`);
    if (process.env.BREAKWATER_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = failed;
  }
}

function greeting({ url, administrator }: RunningServer): string {
  const first = administrator?.password
    ? `Sign in as ${administrator.login} with the password ${administrator.password}\nIt is shown this once; change it after signing in.\n`
    : administrator
      ? `Sign in as ${administrator.login} with the password that was set.\n`
      : '';
  return `Breakwater runs at ${url}\n${first}`;
}

/** The first signal ends it in order, the second at once. */
function stopOnSignal(server: RunningServer, seconds: number): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
      stopping = true;
      setTimeout(() => process.exit(failed), (seconds + 10) * 1000).unref();
      server.stop().then(
        () => process.exit(0),
        () => process.exit(failed),
      );
    });
  }
}

function help(): string {
  const width = Math.max(...settings.map(({ flag }) => flag.length)) + 2;
  const lines = settings.map(({ flag, description, standard }) => {
    const usual =
      standard === undefined ? '' : ` [${typeof standard === 'string' ? standard : JSON.stringify(standard)}]`;
    return `  ${flag.padEnd(width)}${description}${usual}`;
  });
  return `Runs the server: registries under continuous assessment, with API and console.

Usage: breakwater server [options]

  ${'--config'.padEnd(width)}YAML file with the same settings; environment and flags win
${lines.join('\n')}

Each can be set as an environment variable too: --scan-workers is BREAKWATER_SCAN_WORKERS.
`;
}
