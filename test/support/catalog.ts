import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileFromBuffer } from '../../src/images/source-file.ts';
import type { PackageDraft } from '../../src/model/package.ts';
import type { Cataloger } from '../../src/vulnerability/cataloger.ts';
import { fileTable } from '../../src/vulnerability/file-table.ts';

export interface Catalogued {
  readonly packages: readonly PackageDraft[];
  /** `path: code: message`. */
  readonly problems: readonly string[];
}

/** What a cataloger finds in files at hand; only those that it wants are shown to it. */
export function catalogFiles(cataloger: Cataloger, files: Readonly<Record<string, string | Buffer>>): Catalogued {
  const table = fileTable([{ owner: cataloger, files: cataloger.files }]);
  const facts = [];
  const problems: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    if (!table(path, 0o644)?.byName.includes(cataloger)) continue;
    const file = fileFromBuffer(path, Buffer.from(content));
    const extraction = cataloger.extract(file);
    // Facts are cached as JSON, so nothing else may be in them.
    for (const fact of extraction.facts) {
      facts.push({ path, layer: undefined, fact: JSON.parse(JSON.stringify(fact)), replaced: [] });
    }
    for (const { code, message } of extraction.problems ?? []) problems.push(`${path}: ${code}: ${message}`);
  }
  const assembly = cataloger.assemble(facts, { os: undefined, resolve: (path) => path, exists: () => false });
  for (const { where, code, message } of assembly.problems ?? []) problems.push(`${where}: ${code}: ${message}`);
  return { packages: assembly.packages, problems };
}

/** The same for all files below a folder of the disk. */
export function catalogFolder(cataloger: Cataloger, folder: string): Catalogued {
  const files: Record<string, Buffer> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[relative(folder, path)] = readFileSync(path);
  }
  return catalogFiles(cataloger, files);
}

/** `namespace/name@version`, with ` (dev)` behind what only development needs; sorted. */
export function summaries(packages: readonly PackageDraft[]): string[] {
  return packages
    .map(({ namespace, name, version, development }) => {
      const full = namespace === undefined ? name : `${namespace}/${name}`;
      return `${full}@${version}${development ? ' (dev)' : ''}`;
    })
    .sort();
}
