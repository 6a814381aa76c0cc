import { readFileSync } from 'node:fs';
import { packageFile } from './beside.ts';

let known: string | undefined;

/** The version in package.json. */
export function version(): string {
  known ??= readVersion();
  return known;
}

function readVersion(): string {
  const unknown = '0.0.0';
  try {
    const manifest = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version?: unknown };
    return typeof manifest.version === 'string' ? manifest.version : unknown;
  } catch {
    return unknown;
  }
}
