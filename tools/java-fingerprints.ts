/**
 * Makes the table by which shaded Java libraries are recognised, from published jars.
 *
 *     tools/node tools/java-fingerprints.ts FOLDER
 *
 * FOLDER holds `<artifact>-<version>.jar` of every version of the libraries in `class-fingerprints.ts`, as
 * `mvn dependency:copy` fetches them. Versions that are not in the folder will not be recognised.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileFromBuffer } from '../src/images/source-file.ts';
import { readZipEntry, walkZip } from '../src/lib/zip.ts';
import {
  classFingerprint,
  type FingerprintedLibrary,
  fingerprintedLibraries,
} from '../src/vulnerability/catalogers/java/class-fingerprints.ts';
import { maven } from '../src/vulnerability/version-schemes/maven.ts';

const target = join(import.meta.dirname, '../src/vulnerability/catalogers/java/class-fingerprints.data.ts');
const maxClassBytes = 1024 * 1024;

const folder = process.argv[2];
if (folder === undefined) throw new Error('Name the folder with the jars.');
const rows = fingerprintedLibraries.map(
  (library) => `  ${JSON.stringify(library.artifact)}: ${rowOf(library, folder)},\n`,
);
writeFileSync(
  target,
  `export interface FingerprintRow {
  /** Oldest first. */
  readonly versions: readonly string[];
  /** By class and fingerprint: the places in \`versions\` of those that have it. */
  readonly classes: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** Made by \`tools/java-fingerprints.ts\` from the jars that were published; by artifact. */
export const fingerprintTable: Readonly<Record<string, FingerprintRow>> = {
${rows.join('')}};
`,
);

function rowOf(library: FingerprintedLibrary, directory: string): string {
  const versions = readdirSync(directory)
    .filter(
      (file) =>
        file.startsWith(`${library.artifact}-`) &&
        /^\d[^-]*(?:-(?:alpha|beta|rc|M)-?\d+)?\.jar$/.test(file.slice(library.artifact.length + 1)),
    )
    .map((file) => file.slice(library.artifact.length + 1, -'.jar'.length))
    .sort(maven.compare);
  const classes: Record<string, Record<string, number[]>> = {};
  for (const [index, version] of versions.entries()) {
    for (const [className, fingerprint] of fingerprintsIn(
      library,
      join(directory, `${library.artifact}-${version}.jar`),
    )) {
      classes[className] ??= {};
      classes[className][fingerprint] ??= [];
      classes[className][fingerprint].push(index);
    }
  }
  return JSON.stringify({ versions, classes });
}

function fingerprintsIn(library: FingerprintedLibrary, path: string): ReadonlyMap<string, string> {
  const file = fileFromBuffer(path, readFileSync(path));
  const found = new Map<string, string>();
  walkZip(
    file,
    (name) =>
      name.startsWith(library.root) && library.classes.includes(name.slice(library.root.length, -'.class'.length)),
    (entry) => {
      const className = entry.name.slice(library.root.length, -'.class'.length);
      const fingerprint = classFingerprint(readZipEntry(file, entry, maxClassBytes), className, library.root);
      if (fingerprint) found.set(className, fingerprint);
    },
  );
  return found;
}
