import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs one of `bench/programs` in a process of its own and returns the JSON that it prints. */
export function resultOf(name: string, args: readonly string[]): unknown {
  const path = join(import.meta.dirname, 'programs', name);
  const flags = ['--disable-warning=ExperimentalWarning'];
  return JSON.parse(
    execFileSync(process.execPath, [...flags, path, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
}

/** The same for a program that prints one number. */
export function figureOf(name: string, args: readonly string[]): number {
  return Number(resultOf(name, args));
}
