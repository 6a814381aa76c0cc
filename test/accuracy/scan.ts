import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scan } from '../../src/cli/commands/scan.ts';
import { chooseDatabase } from '../../src/cli/open-database.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Package } from '../../src/model/package.ts';
import type { Report } from '../../src/model/report.ts';
import type { VulnerabilityDatabase } from '../../src/vulnerability/database.ts';

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
    assert.equal(await scan.run(args, terminal), 0);
    return JSON.parse(readFileSync(output, 'utf8')) as Report;
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
