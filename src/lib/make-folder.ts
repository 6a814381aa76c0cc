import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The folder and those above it. Node's own way (`recursive`) never comes back where the system answers ENOENT although
 * the parent exists: below /proc, or in a working directory that was deleted.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const failure = made(at, mode);
    if (failure === undefined) break;
    // A parent cannot be missing twice, and the root is its own.
    if (failure.code !== 'ENOENT' || dirname(at) === at) throw failure;
    missing.push(at);
  }
  for (const folder of missing.reverse()) {
    const failure = made(folder, mode);
    if (failure) throw failure;
  }
}

/** Why it could not be made; undefined where it was, or was there. */
function made(path: string, mode: number): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode });
    return undefined;
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    return failure.code === 'EEXIST' ? undefined : failure;
  }
}
