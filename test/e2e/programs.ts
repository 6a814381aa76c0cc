import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

/** Skips a test where its programs are missing; in CI, that is a failure. */
export function needs(...programs: string[]): { readonly skip: string | false } {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const isThere = (program: string) => directories.some((directory) => existsIn(directory, program));
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return { skip: false };
  if (process.env.CI === 'true') throw new Error(`${missing.join(', ')} must be installed in CI`);
  return { skip: `needs ${missing.join(', ')}: apt-get install docker-registry skopeo podman openssl` };
}

function existsIn(directory: string, program: string): boolean {
  return statSync(join(directory, program), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Not synchronously: some of the servers that programs talk to are in this process. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: 60_000 });
  return stdout;
}

export function start(t: TestContext, program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: 'ignore' });
  t.after(() => child.kill());
  return child;
}

export function setVariable(t: TestContext, name: string, value: string): void {
  const previous = process.env[name];
  process.env[name] = value;
  t.after(() => {
    if (previous === undefined) delete process.env[name];
    else process.env[name] = previous;
  });
}
