import { main } from './main.ts';

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
