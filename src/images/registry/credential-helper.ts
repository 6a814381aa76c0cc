import { execFile } from 'node:child_process';
import * as z from 'zod/mini';
import { messageOf } from '../../lib/errors.ts';

export interface HelperAnswer {
  readonly username: string;
  readonly secret: string;
}

const timeoutMs = 30_000;
const maxOutputBytes = 64 * 1024;

const answerShape = z.object({ Username: z.string(), Secret: z.string() });

/**
 * Asks `docker-credential-<name> get` for the credentials of a server, by the protocol of
 * https://github.com/docker/docker-credential-helpers. Undefined when it has none; throws when it does not work.
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<HelperAnswer | undefined> {
  if (!/^[\w-][\w.-]*$/.test(name)) throw new Error('its name is no program name');
  const program = `docker-credential-${name}`;
  const { output, failure } = await run(program, server, environment, signal);
  signal?.throwIfAborted();
  // The protocol has no other sign for "none" than this sentence, common to all helpers.
  if (failure && /credentials not found/i.test(output)) return undefined;
  if (failure) throw new Error(describe(program, failure));
  try {
    const { Username: username, Secret: secret } = answerShape.parse(JSON.parse(output));
    return username === '' && secret === '' ? undefined : { username, secret };
  } catch {
    // The output is left out of the message: it may hold a secret.
    throw new Error(`${program} answered something that is not credentials`);
  }
}

type Failure = Error & { readonly code?: unknown; readonly killed?: boolean };

function run(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<{ readonly output: string; readonly failure?: Failure }> {
  return new Promise((resolve) => {
    const options = { env, signal, timeout: timeoutMs, maxBuffer: maxOutputBytes, killSignal: 'SIGKILL' } as const;
    const child = execFile(program, ['get'], options, (failure, output) =>
      resolve({ output, ...(failure && { failure: failure as Failure }) }),
    );
    // A helper that ends without reading its input must not end us.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function describe(program: string, failure: Failure): string {
  if (failure.code === 'ENOENT') return `${program} is not installed`;
  if (failure.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return `${program} answered more than ${maxOutputBytes} bytes`;
  if (failure.killed) return `${program} did not answer within ${timeoutMs / 1000} s`;
  if (typeof failure.code === 'number') return `${program} failed with exit code ${failure.code}`;
  return `${program} could not be run (${messageOf(failure)})`;
}
