import { fileURLToPath } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/**
 * A program of another thread or process: beside the file that starts it in a checkout, beside the bundle in a package.
 * To be given the URL of the file as it lies in the sources.
 */
export function programBeside(source: URL): URL {
  return isSource ? source : new URL(source.href.replace(/\.ts$/, '.js'));
}

/** A file that comes along with the program, by its path in the package. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`${isSource ? '../../' : '../'}${path}`, import.meta.url));
}
