import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Package } from '../../src/model/package.ts';
import type { Report } from '../../src/model/report.ts';
import { keyOf, type ListedFlaw, type ListedPackage, type Listing, partsOfPurl, pathOf } from './listing.ts';

export interface ToolPlace {
  /** Where the peers' programs and databases lie. */
  readonly peers: string;
  /** Where outputs are kept; an output newer than its image is read again rather than made again. */
  readonly keep: string;
  /** Vulnerability database of Breakwater. */
  readonly database?: string;
}

/** Runs a tool on an archive, or reads what it said before. */
export type Tool = (image: string, name: string, place: ToolPlace) => Listing;

const root = resolve(import.meta.dirname, '../..');

/** The report itself is asked for as well: it holds the reasons that differences are judged by. */
export const breakwater: Tool = (image, name, { keep, database }) => {
  const output = join(keep, `${name}.breakwater.json`);
  const db = database ? ['--db', database] : [];
  execFileSync(join(root, 'bin/breakwater'), [
    'scan',
    image,
    '--format',
    'json',
    '--quiet',
    '--no-cache',
    '--output',
    output,
    ...db,
  ]);
  const report = readJson<Report>(output);
  const partsOf = new Map(report.packages.map((found) => [found.id, ourPackage(found)]));
  const unknown = { type: '', name: '', version: '' };
  return {
    tool: 'breakwater',
    packages: report.packages.map(({ id, locations }) => ({
      ...(partsOf.get(id) ?? unknown),
      path: pathOf(locations[0]?.path),
    })),
    flaws: joined(
      report.findings.map(({ id, aliases, package: of }) => ({
        ...(partsOf.get(of) ?? unknown),
        ids: [id, ...aliases],
      })),
    ),
  };
};

/** A package URL writes Go's paths in lower case; the database and the other tools keep them as they are. */
function ourPackage({ purl, type, namespace, name }: Package): Omit<ListedPackage, 'path'> {
  const parts = partsOfPurl(purl);
  return type === 'golang' ? { ...parts, name: namespace ? `${namespace}/${name}` : name } : parts;
}

export const syft: Tool = (image, name, { peers, keep }) => {
  const output = join(keep, `${name}.syft.json`);
  if (isStale(output, image)) run(peers, 'syft', [`docker-archive:${image}`, '-q', '-o', `json=${output}`]);
  const { artifacts } = readJson<{ artifacts: SyftPackage[] }>(output);
  return { tool: 'syft', packages: artifacts.map(syftPackage) };
};

export const grype: Tool = (image, name, { peers, keep }) => {
  const output = join(keep, `${name}.grype.json`);
  if (isStale(output, image)) run(peers, 'grype', [`docker-archive:${image}`, '-q', '-o', 'json', '--file', output]);
  const { matches } = readJson<{
    matches: { artifact: SyftPackage; vulnerability: { id: string }; relatedVulnerabilities: { id: string }[] }[];
  }>(output);
  const flaws = matches.map(({ artifact, vulnerability, relatedVulnerabilities }) => {
    const { path: _path, ...parts } = syftPackage(artifact);
    return { ...parts, ids: [vulnerability.id, ...relatedVulnerabilities.map(({ id }) => id)] };
  });
  return { tool: 'grype', packages: [], flaws: joined(flaws) };
};

export const osvScanner: Tool = (image, name, { peers, keep }) => {
  const output = join(keep, `${name}.osv-scanner.json`);
  const options = ['scan', 'image', '--archive', '--offline', '--all-packages', '--format', 'json', '--output', output];
  if (isStale(output, image)) run(peers, 'osv-scanner', [...options, image]);
  const { results } = readJson<{
    results: {
      source: { path: string };
      packages: {
        package: { ecosystem: string; name: string; version: string };
        vulnerabilities?: { id: string; aliases?: string[] }[];
      }[];
    }[];
  }>(output);
  const packages: ListedPackage[] = [];
  const flaws: ListedFlaw[] = [];
  for (const { source, packages: found } of results) {
    for (const { package: of, vulnerabilities = [] } of found) {
      const parts = osvPackage(of);
      packages.push({ ...parts, path: pathOf(source.path) });
      for (const { id, aliases = [] } of vulnerabilities) flaws.push({ ...parts, ids: [id, ...aliases] });
    }
  }
  return { tool: 'osv-scanner', packages, flaws: joined(flaws) };
};

interface SyftPackage {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly locations: readonly { readonly path: string }[];
}

function syftPackage({ type, name, version, purl, locations }: SyftPackage): ListedPackage {
  const named = { type: type === 'binary' ? 'generic' : type, name, version: version === 'UNKNOWN' ? '' : version };
  return { ...(purl ? partsOfPurl(purl) : named), path: pathOf(locations[0]?.path) };
}

const osvTypes: Readonly<Record<string, string>> = {
  PyPI: 'pypi',
  Go: 'golang',
  'crates.io': 'cargo',
  Maven: 'maven',
  npm: 'npm',
  Debian: 'deb',
  Alpine: 'apk',
};

function osvPackage({ ecosystem, name, version }: { ecosystem: string; name: string; version: string }) {
  const type = osvTypes[ecosystem.split(':')[0] ?? ''] ?? ecosystem;
  return { type, name, version: version === '(devel)' || version === 'unknown' ? '' : version.replace(/^v(?=\d)/, '') };
}

/** One entry for each flaw of each package version, whatever number of copies and records. */
function joined(flaws: readonly ListedFlaw[]): readonly ListedFlaw[] {
  const kept: ListedFlaw[] = [];
  for (const group of Map.groupBy(flaws, keyOf).values()) {
    let sets: Set<string>[] = [];
    for (const { ids } of group) {
      const same = sets.filter((known) => ids.some((id) => known.has(id)));
      sets = [
        ...sets.filter((known) => !same.includes(known)),
        new Set([...ids, ...same.flatMap((known) => [...known])]),
      ];
    }
    const [first] = group;
    if (first) kept.push(...sets.map((ids) => ({ ...first, ids: [...ids].sort() })));
  }
  return kept;
}

function isStale(output: string, image: string): boolean {
  return !existsSync(output) || statSync(output).mtimeMs < statSync(image).mtimeMs;
}

/** The exit code tells of findings, or of an ecosystem without data; only a missing output is a failure. */
function run(peers: string, program: string, args: readonly string[]): void {
  const env = {
    ...process.env,
    SYFT_CHECK_FOR_APP_UPDATE: 'false',
    GRYPE_CHECK_FOR_APP_UPDATE: 'false',
    GRYPE_DB_AUTO_UPDATE: 'false',
    GRYPE_DB_VALIDATE_AGE: 'false',
    GRYPE_DB_CACHE_DIR: join(peers, 'grype-cache'),
    OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: join(peers, 'osvdb'),
  };
  const { error } = spawnSync(join(peers, 'bin', program), args, { env, stdio: 'ignore' });
  if (error) throw error;
}

function readJson<Shape>(path: string): Shape {
  return JSON.parse(readFileSync(path, 'utf8')) as Shape;
}
