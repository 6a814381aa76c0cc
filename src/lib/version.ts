import { readFileSync } from 'node:fs';

let known: string | undefined;

/** The version in package.json, which lies beside `src` and beside `dist` alike. */
export function version(): string {
  if (known === undefined) {
    for (const place of ['../../package.json', '../package.json']) {
      const found = versionIn(new URL(place, import.meta.url));
      if (found) {
        known = found;
        break;
      }
    }
  }
  return known ?? '0.0.0';
}

function versionIn(url: URL): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(url, 'utf8')) as { name?: unknown; version?: unknown };
    return manifest.name === 'breakwater' && typeof manifest.version === 'string' ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}
