import type { Difference } from './differences.ts';
import { keyOf } from './listing.ts';
import { artifactOf, type Sides } from './sides.ts';

/**
 * A class of differences and who is right about it. The evidence stands in docs/accuracy.md under the same id; what no
 * cause explains is printed in full and makes the comparison fail.
 */
export interface Cause {
  readonly id: string;
  readonly title: string;
  /** `ours`: the peer is wrong or does not look. `theirs`: we are. `both`: the same thing under two names. */
  readonly right: 'ours' | 'theirs' | 'both';
  readonly explains: (difference: Difference, sides: Sides) => boolean;
}

/** Sources whose records the peers' databases were made from as well. */
const sharedSources = ['ghsa', 'golang', 'pypi', 'rustsec'];

/** Bundled programs for Windows and macOS: no package manager's, never run in a Linux container. */
const foreignProgram = /\.(?:exe|app\/Contents\/Info\.plist)$/;

/** The first that explains a difference counts. */
export const causes: readonly Cause[] = [
  {
    id: 'source-name',
    title: "osv-scanner lists Debian's and Alpine's packages under the names of their source packages",
    right: 'ours',
    explains: ({ kind, peer, item }, { report }) =>
      kind === 'package' &&
      peer === 'osv-scanner' &&
      (item.type === 'deb' || item.type === 'apk') &&
      report.packages.some(
        ({ name, version, source }) =>
          source !== undefined &&
          source.name !== name &&
          version === item.version &&
          [name, source.name].includes(item.name),
      ),
  },
  {
    id: 'compiled-stub',
    title: 'package.json without a version: a stub for import paths or for code compiled into another package',
    right: 'ours',
    explains: ({ kind, only, item }) =>
      kind === 'package' && only === 'theirs' && item.type === 'npm' && item.version === '',
  },
  {
    id: 'test-fixture',
    title: 'package.json of a test fixture inside a package',
    right: 'ours',
    explains: ({ kind, only, item }) =>
      kind === 'package' &&
      only === 'theirs' &&
      item.type === 'npm' &&
      /\/node_modules\/(?:@[^/]+\/)?[^/]+\/test\//.test(`/${item.path}`),
  },
  {
    id: 'inner-copy',
    title: 'a second package.json with the name of the package that it lies in',
    right: 'ours',
    explains: ({ kind, only, item }) =>
      kind === 'place' &&
      only === 'theirs' &&
      item.type === 'npm' &&
      !item.path.endsWith(`node_modules/${item.name}/package.json`) &&
      item.path.endsWith('/package.json'),
  },
  {
    id: 'own-application',
    title: "the application's own package.json, which no registry knows",
    right: 'ours',
    explains: ({ kind, only, item }) =>
      kind === 'package' && only === 'theirs' && item.type === 'npm' && !item.path.includes('node_modules/'),
  },
  {
    id: 'lock-file-place',
    title: "osv-scanner reads npm's hidden lock file instead of what is installed, and names it as the place",
    right: 'ours',
    explains: ({ kind, peer, item }) => kind === 'place' && peer === 'osv-scanner' && item.type === 'npm',
  },
  {
    id: 'debian-npm-place',
    title: 'npm packages that Debian installs below usr/share/nodejs',
    right: 'ours',
    explains: ({ kind, only, item }) =>
      kind === 'package' && only === 'ours' && item.type === 'npm' && item.path.startsWith('usr/share/nodejs/'),
  },
  {
    id: 'installed-package-missed',
    title: 'a package in node_modules that Syft does not list',
    right: 'ours',
    explains: ({ kind, peer, only, item }) =>
      kind === 'package' &&
      peer === 'syft' &&
      only === 'ours' &&
      item.type === 'npm' &&
      item.path.endsWith(`node_modules/${item.name}/package.json`),
  },
  {
    id: 'foreign-program',
    title: 'helper programs for Windows and macOS inside a package, without a version or an ecosystem',
    right: 'ours',
    explains: ({ kind, only, item }) => kind === 'package' && only === 'theirs' && foreignProgram.test(item.path),
  },
  {
    id: 'known-binary',
    title: 'programs and libraries recognised by their content',
    right: 'ours',
    explains: ({ kind, only, item }) => kind === 'package' && only === 'ours' && item.type === 'generic',
  },
  {
    id: 'bundled-library',
    title: 'a flaw of a library that a wheel brings along',
    right: 'ours',
    explains: ({ kind, only, item }) => kind === 'flaw' && only === 'ours' && item.type === 'generic',
  },
  {
    id: 'maven-group',
    title: 'the group of a jar without pom.properties: guessed from its manifest, or known',
    right: 'ours',
    explains: ({ kind, item }, sides) =>
      kind === 'package' && item.type === 'maven' && sides.otherGroups(item).length > 0,
  },
  {
    id: 'archive-itself',
    title: 'an archive without coordinates of its own, listed under its file name and a guessed group',
    right: 'ours',
    explains: ({ kind, item }) =>
      kind === 'package' && item.type === 'maven' && (item.version === '' || isFileOf(item)),
  },
  {
    id: 'maven-group-flaw',
    title: 'flaws of such a jar, of the wrong package or of none',
    right: 'ours',
    explains: ({ kind, item }, sides) =>
      kind === 'flaw' &&
      item.type === 'maven' &&
      sides.ours.packages.some(
        (found) => artifactOf(found) === artifactOf(item) && sides.otherGroups(found).length > 0,
      ),
  },
  {
    id: 'withdrawn',
    title: 'advisories that GitHub withdrew, or marked as duplicates of another',
    right: 'ours',
    explains: ({ kind, only, item }, sides) => kind === 'flaw' && only === 'theirs' && sides.isWithdrawn(item.ids),
  },
  {
    id: 'other-platform',
    title: 'flaws that exist only in programs built for another operating system',
    right: 'ours',
    explains: ({ kind, only, item }, sides) =>
      kind === 'flaw' && only === 'theirs' && sides.entries(item).some(({ goos }) => goos && !goos.includes('linux')),
  },
  {
    id: 'vendored-copy',
    title: "functions of the copy that Go's standard library has of a module, taken for the module's",
    right: 'ours',
    explains: ({ kind, only, peer, item }, sides) =>
      kind === 'flaw' &&
      only === 'theirs' &&
      peer === 'grype' &&
      sides
        .entries(item)
        .some(({ symbols }) =>
          Object.entries(symbols ?? {}).some(([path, functions]) => sides.isInStandardLibrary(path, functions)),
        ),
  },
  {
    id: 'function-absent',
    title: 'Go flaws in functions that the linker left out',
    right: 'ours',
    explains: ({ kind, only, peer, item }, sides) =>
      kind === 'flaw' &&
      only === 'theirs' &&
      peer === 'osv-scanner' &&
      sides.entries(item).some(({ symbols }) => symbols),
  },
  {
    id: 'no-data-for-peers',
    title: 'flaws told by a source that the peers were not given',
    right: 'ours',
    explains: ({ kind, only, item }, sides) =>
      kind === 'flaw' && only === 'ours' && sides.why(item).every(({ source }) => !sharedSources.includes(source)),
  },
  {
    id: 'odd-upper-bound',
    title: 'upper bounds that PyPI\'s database spells as "2.10.0-NA"',
    right: 'theirs',
    explains: ({ kind, only, peer, item }, sides) =>
      kind === 'flaw' &&
      only === 'ours' &&
      peer === 'osv-scanner' &&
      sides.why(item).some(({ source, range }) => source === 'pypi' && range.startsWith('<=')),
  },
];

function isFileOf({ name, path }: Difference['item']): boolean {
  return path.endsWith(`/${name.split(':').at(-1)}.jar`);
}

/** Differences by what explains them; those that nothing explains under undefined. */
export function byCause(
  differences: readonly Difference[],
  sides: Sides,
): ReadonlyMap<Cause | undefined, readonly Difference[]> {
  return Map.groupBy(differences, (difference) => causes.find(({ explains }) => explains(difference, sides)));
}

/** One line for people. */
export function shown({ only, image, item }: Difference): string {
  return `${image}, only ${only}: ${keyOf(item)}${item.path ? ` in ${item.path}` : ''}${item.ids.length > 0 ? ` ${item.ids.slice(0, 3).join(' ')}` : ''}`;
}
