import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The four reference images, as `bench/images/build.sh` writes them. */
export interface Images {
  /** An archive of `docker save`, layers uncompressed. */
  readonly plain: (name: string) => string;
  /** An OCI archive with gzip layers. */
  readonly gzip: (name: string) => string;
}

export const imageNames = ['debian', 'node', 'python-java', 'go-rust'] as const;

export const needsImages = 'needs --images DIR, which bench/images/build.sh DIR fills';

export function openImages(directory: string): Images {
  const plain = (name: string) => join(directory, `${name}.tar`);
  const gzip = (name: string) => join(directory, `${name}-gzip.tar`);
  const missing = imageNames.flatMap((name) => [plain(name), gzip(name)]).filter((path) => !existsSync(path));
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} not found; bench/images/build.sh ${directory} makes them`);
  return { plain, gzip };
}

interface Descriptors {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly layers?: readonly { readonly digest: string }[];
}

/** Unpacks the layers of an OCI archive to files of their own, still compressed. */
export function extractLayers(archive: string, directory: string): readonly string[] {
  mkdirSync(directory, { recursive: true });
  execFileSync('tar', ['-xf', archive, '-C', directory]);
  const blob = (digest: string) => join(directory, 'blobs', digest.replace(':', '/'));
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Descriptors;
  const manifest = read(join(directory, 'index.json')).manifests?.[0]?.digest ?? '';
  return (read(blob(manifest)).layers ?? []).map(({ digest }) => blob(digest));
}
