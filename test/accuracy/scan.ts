import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { scan } from '../../src/cli/commands/scan.ts';
import { chooseDatabase } from '../../src/cli/open-database.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Package } from '../../src/model/package.ts';
import type { Report } from '../../src/model/report.ts';
import type { VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { dockerArchiveOf, type TarMember, tarOf } from '../support/tar.ts';

/** Nothing of the user's: neither a database built here nor layers analysed before. The starter is unpacked once. */
export const environment = {
  BREAKWATER_CACHE_DIR: join(tmpdir(), 'breakwater-accuracy-tests'),
  XDG_DATA_HOME: join(tmpdir(), 'breakwater-accuracy-tests', 'none'),
};

/** What the command reports about something on this disk, judged by the database that comes along. */
export async function scanned(reference: string): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-report-'));
  const output = join(directory, 'report.json');
  try {
    const terminal = { out: () => {}, error: () => {}, columns: 100, colour: false, interactive: false, environment };
    const args = [reference, '--format', 'json', '--quiet', '--no-cache', '--output', output];
    assert.equal(await scan.run(args, terminal, {}), 0);
    return JSON.parse(readFileSync(output, 'utf8')) as Report;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What is reported of a directory with these files. */
export function scannedTree(files: Readonly<Record<string, string | Buffer>>): Promise<Report> {
  return inDirectory((directory) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content, { mode: 0o755 });
    }
    return scanned(directory);
  });
}

/** What is reported of an image with these layers, lowest first. */
export function scannedImage(...layers: readonly (readonly TarMember[])[]): Promise<Report> {
  return inDirectory((directory) => {
    const archive = join(directory, 'image.tar');
    writeFileSync(archive, dockerArchiveOf(layers.map(tarOf)));
    return scanned(archive);
  });
}

/** What is reported of a document that lists these package URLs, as somebody else's tool would. */
export function scannedPurls(...purls: readonly string[]): Promise<Report> {
  return inDirectory((directory) => {
    const path = join(directory, 'list.cdx.json');
    const components = purls.map((purl) => ({ type: 'library', name: purl, purl }));
    writeFileSync(path, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components }));
    return scanned(path);
  });
}

async function inDirectory(scan: (directory: string) => Promise<Report>): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-input-'));
  try {
    return await scan(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The database that `scanned` judges by. */
export function starterDatabase(): VulnerabilityDatabase {
  return chooseDatabase(undefined, environment).database;
}

/** `name version`, sorted. */
export function packagesOf({ packages }: Report, type: string): readonly string[] {
  return packages
    .filter((found) => found.type === type)
    .map(nameOf)
    .sort();
}

/** Findings of the packages with this name; of all copies. */
export function findingsOf({ packages, findings }: Report, name: string): readonly Finding[] {
  const ids = new Set(packages.filter((found) => nameOf(found).split(' ', 1)[0] === name).map(({ id }) => id));
  return findings.filter((finding) => ids.has(finding.package));
}

export function flawsOf(report: Report, name: string): readonly string[] {
  return findingsOf(report, name).map(({ id }) => id);
}

export function problemCodes({ problems }: Report): readonly string[] {
  return problems.map(({ code }) => code).sort();
}

function nameOf({ namespace, name, version, type }: Package): string {
  const separator = type === 'maven' ? ':' : '/';
  const isPrefixed = namespace !== undefined && !['deb', 'apk', 'rpm'].includes(type);
  return `${isPrefixed ? namespace + separator : ''}${name} ${version}`;
}
