import type { Logger } from 'pino';
import { AppError, messageOf } from '../lib/errors.ts';
import { visibleSentence } from '../lib/visible-text.ts';
import type { ServerConfig } from './config.ts';
import { loadConfig, settings } from './load-config.ts';
import { createLog } from './log.ts';
import type { RunningServer } from './main.ts';

/** Runs `breakwater server`, `backup`, `restore`, `check-store` and `reset-password`: standard output is for people, the error stream for the log. */
const [command = 'server', ...args] = process.argv.slice(2);

const failed = 2;
const summaries: Readonly<Record<string, string>> = {
  server:
    'Runs the server: registries under continuous assessment, with API and console.\n\nUsage: breakwater server [options]',
  backup:
    'Writes everything in the store to one file, while the server runs or not.\n\nUsage: breakwater backup FILE [options]',
  restore: 'Fills an empty store from a backup, and compares what arrived.\n\nUsage: breakwater restore FILE [options]',
  'check-store':
    "Counts every image's findings anew and tells where the stored counts differ; --repair puts them right.\n\nUsage: breakwater check-store [--repair] [options]",
  'reset-password':
    'Makes a new password for a local account (admin, if none is named) and prints it. With the embedded database the\nserver must be stopped first.\n\nUsage: breakwater reset-password [LOGIN] [options]',
};

if (args.includes('--help') || args.includes('-h')) process.stdout.write(help());
else await run();

async function run(): Promise<void> {
  try {
    if (command === 'server') await serve(loadConfig(args, process.env));
    else if (command === 'check-store') await checkStore(args);
    else if (command === 'reset-password') await resetAccount(args);
    else await copyStore(args);
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'unexpected error';
    process.stderr.write(`breakwater ${command}: ${visibleSentence(messageOf(error))} [${code}]\n`);
    if (process.env.BREAKWATER_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = failed;
  }
}

async function serve(config: ServerConfig): Promise<void> {
  const { startServer } = await import('./main.ts');
  const log = createLog(config);
  const starting = startServer(config, log);
  stopOnSignal(starting, config.shutdownSeconds, log);
  process.stdout.write(greeting(await starting));
}

async function copyStore([file, ...options]: readonly string[]): Promise<void> {
  if (file === undefined || file.startsWith('-'))
    throw new AppError('USAGE', `name the file: breakwater ${command} FILE`);
  const config = loadConfig(options, process.env);
  const { backUpStore, restoreStore } = await import('../store/backup/back-up-store.ts');
  const { databaseUrl, dataDir } = config;
  const log = createLog({ log: { level: 'warn' } });
  const work = command === 'backup' ? backUpStore : restoreStore;
  const { tables } = await work({ databaseUrl, dataDir, file, log });
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const done = command === 'backup' ? 'Wrote' : 'Restored and compared';
  process.stdout.write(`${done} ${rows} rows of ${tables.length} tables: ${file}\n`);
  if (command === 'backup')
    process.stdout.write(
      'Keep the key that seals secrets with it (keyFile, or the folder "secrets" in the data directory).\n',
    );
}

async function resetAccount(args: readonly string[]): Promise<void> {
  const [first = '', ...others] = args;
  const isNamed = first !== '' && !first.startsWith('-');
  const login = isNamed ? first : 'admin';
  const { databaseUrl, dataDir } = loadConfig(isNamed ? others : args, process.env);
  const { openStore } = await import('../store/open-store.ts');
  const { resetPassword } = await import('./sign-in/reset-password.ts');
  const { store, close } = await openStore({ databaseUrl, dataDir, log: createLog({ log: { level: 'warn' } }) });
  try {
    const password = await resetPassword(store, login);
    process.stdout.write(`Sign in as ${login} with the password ${password}\nIt must be changed at that sign-in.\n`);
  } finally {
    await close();
  }
}

/** Exit status 1 when something differed, repaired or not. */
async function checkStore(args: readonly string[]): Promise<void> {
  const repair = args.includes('--repair');
  const { databaseUrl, dataDir } = loadConfig(
    args.filter((arg) => arg !== '--repair'),
    process.env,
  );
  const { openStore } = await import('../store/open-store.ts');
  const { checkSummaries } = await import('../store/summaries.ts');
  const { store, close } = await openStore({ databaseUrl, dataDir, log: createLog({ log: { level: 'warn' } }) });
  try {
    const differences = await checkSummaries(store, repair);
    for (const { image, stored, counted } of differences)
      process.stdout.write(`image ${image}: stored ${JSON.stringify(stored)}, counted ${JSON.stringify(counted)}\n`);
    const done =
      differences.length === 0
        ? 'All counts are right'
        : repair
          ? 'Put right'
          : 'Differences found; --repair puts them right';
    process.stdout.write(`${done}.\n`);
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    await close();
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

/** The first signal ends it in order, once it has started; the second at once. */
function stopOnSignal(starting: Promise<RunningServer>, seconds: number, log: Logger): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
      stopping = true;
      log.info({ signal, shutdownSeconds: seconds }, 'the server is being stopped');
      const began = performance.now();
      const end = (status: number) => {
        const stopped = { seconds: Math.round(performance.now() - began) / 1000 };
        if (status === 0) log.info(stopped, 'the server has stopped');
        else log.error(stopped, 'the server ends, though not all of it did');
        process.exit(status);
      };
      setTimeout(() => end(failed), (seconds + 10) * 1000).unref();
      starting
        .then((server) => server.stop())
        .then(
          () => end(0),
          () => end(failed),
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
  return `${summaries[command] ?? ''}

  ${'--config'.padEnd(width)}YAML file with the same settings; environment and flags win
${lines.join('\n')}

Each can be set as an environment variable too: --scan-workers is BREAKWATER_SCAN_WORKERS.
`;
}
