import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../../src/model/package.ts';
import type { Report } from '../../src/model/report.ts';
import type { Benchmark } from '../benchmark.ts';
import { timeOf } from '../command.ts';
import { imageNames, needsImages } from '../images.ts';
import { resultOf } from '../program.ts';
import { median } from '../statistics.ts';

const documents = 1000;
const packagesEach = 300;

export const sbomMatching: Benchmark = {
  id: 'sbom-matching',
  title: `${documents} SBOMs of ${packagesEach} packages`,
  method: `One process reads ${documents} CycloneDX documents from disk, matches them and builds their reports, without the start of Node. Each lists ${packagesEach} packages drawn from what scans of the reference images find; with versions as found, and again with the last number of each version changed at random, so that next to none repeats.`,
  run: async ({ breakwater, images, runs, directory }) => {
    if (!images) return { rows: [], verdicts: [], notRun: [needsImages] };
    const found = imageNames.flatMap((name) => {
      timeOf(breakwater.scan(images.plain(name)));
      return (JSON.parse(readFileSync(breakwater.report, 'utf8')) as Report).packages;
    });
    const rows = [
      { subject: 'versions as found', changeVersions: false },
      { subject: 'versions that rarely repeat', changeVersions: true },
    ].map(({ subject, changeVersions }, at) => {
      const folder = join(directory, String(at));
      const distinct = writeDocuments(folder, found, changeVersions);
      const results = Array.from({ length: runs }, () => measure([breakwater.database, folder]));
      return {
        subject,
        columns: [
          { name: 'time', unit: 'ms', values: results.map(({ ms }) => ms) },
          { name: 'distinct packages', unit: '', values: [distinct] },
          { name: 'findings', unit: '', values: [results[0]?.findings ?? 0] },
        ] as const,
      };
    });
    const figures = rows.map(({ columns }) => median(columns[0].values));
    const budget = `${documents} SBOMs of ${packagesEach} packages matched`;
    return { rows, verdicts: [{ budget, unit: 'ms', atMost: 10_000, figures }], notRun: [] };
  },
};

interface Result {
  readonly ms: number;
  readonly packages: number;
  readonly findings: number;
}

function measure(args: readonly string[]): Result {
  return resultOf('match-sboms.ts', args) as Result;
}

function writeDocuments(folder: string, found: readonly Package[], changeVersions: boolean): number {
  mkdirSync(folder);
  const distinct = new Set<string>();
  const random = randomNumbers(1);
  for (let document = 0; document < documents; document += 1) {
    const chosen = new Set<string>();
    while (chosen.size < packagesEach) {
      const { purl } = found[random(found.length)]!;
      chosen.add(changeVersions ? purl.replace(/(@[^?#]*?)\d+(?=\D*(?:$|[?#]))/, `$1${random(1000)}`) : purl);
    }
    const components = [...chosen].map((purl) => ({
      type: 'library',
      name: nameOf(purl),
      version: versionOf(purl),
      purl,
    }));
    for (const purl of chosen) distinct.add(purl);
    const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    writeFileSync(join(folder, `${document}.cdx.json`), text);
  }
  return distinct.size;
}

function nameOf(purl: string): string {
  return /([^/]+)@/.exec(purl)?.[1] ?? '';
}

function versionOf(purl: string): string {
  return /@([^?#]+)/.exec(purl)?.[1] ?? '';
}

/** A linear congruential generator (the constants of Numerical Recipes): the same documents every time. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
