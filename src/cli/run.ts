import { visibleSentence } from '../lib/visible-text.ts';
import { exitCodes } from './command.ts';
import { main } from './main.ts';

/** Until the work is done it is not: whatever ends the process early must not look like a result. */
process.exitCode = exitCodes.failed;
process.on('uncaughtException', (error) => {
  process.stderr.write(`breakwater: unexpected error: ${visibleSentence(String(error.message ?? error))}\n`);
  process.exit(exitCodes.failed);
});
/** Leaves through the door, so that temporary files go; 128 and the signal's number is what a shell would say. */
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** A reader that stops early (`| head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { env, stdout, stderr } = process;
const code = await main(process.argv.slice(2), {
  out: (text) => stdout.write(text),
  error: (text) => stderr.write(text),
  columns: stdout.columns ?? 100,
  colour: env.NO_COLOR ? false : env.FORCE_COLOR ? true : stdout.isTTY === true,
  interactive: stderr.isTTY === true && !env.CI,
  environment: env,
});
process.exitCode = code;
