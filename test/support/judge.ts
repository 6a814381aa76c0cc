import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Advisory } from '../../src/model/advisory.ts';
import type { OsRelease } from '../../src/model/os-release.ts';
import type { Package, PackageDraft } from '../../src/model/package.ts';
import type { Problem } from '../../src/model/problem.ts';
import { problemsOf } from '../../src/vulnerability/assess.ts';
import { buildDatabase } from '../../src/vulnerability/database/build.ts';
import { openDatabase } from '../../src/vulnerability/database.ts';
import type { CveFacts, EndOfLife, Enrichment } from '../../src/vulnerability/enrichment.ts';
import type { Feed, FeedStream } from '../../src/vulnerability/feed.ts';
import { identify } from '../../src/vulnerability/identify.ts';
import { createJudge, type Judgement } from '../../src/vulnerability/judge.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'judge-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const streams: readonly FeedStream[] = [
  { id: 'alpine:3.18', scheme: 'apk', level: 'fixed-only' },
  { id: 'almalinux:9', scheme: 'rpm', level: 'fixed-only', names: 'binary' },
  { id: 'azurelinux:3.0', scheme: 'rpm', level: 'full', epochs: false },
  { id: 'npm', scheme: 'npm', level: 'full' },
  { id: 'gem', scheme: 'gem', level: 'full' },
  { id: 'pypi', scheme: 'pep440', level: 'full' },
  { id: 'golang', scheme: 'go', level: 'full' },
  { id: 'maven', scheme: 'maven', level: 'full' },
  { id: 'cpe', scheme: 'generic', level: 'full' },
  { id: 'jenkins', scheme: 'maven', level: 'full' },
];

function feedOf(id: string, advisories: readonly Advisory[]): Feed {
  const seen = new Set(advisories.flatMap(({ affected }) => affected.map(({ stream }) => stream)));
  return {
    id,
    title: id,
    license: 'CC0-1.0',
    attribution: id,
    folder: id,
    date: () => '2026-08-01',
    streams: () => streams.filter((stream) => seen.has(stream.id)),
    read: () => ({ advisories, problems: [] }),
  };
}

function enrichmentOf(id: string, facts: readonly CveFacts[], endOfLife: readonly EndOfLife[] = []): Enrichment {
  return {
    id,
    title: id,
    license: 'CC0-1.0',
    attribution: id,
    folder: id,
    date: () => '2026-08-02',
    read: () => ({ facts, endOfLife, problems: [] }),
  };
}

let built = 0;

/** The file that the latest call of `judge` built, or the one so many calls before it. */
export function builtFile(before = 0): string {
  return join(directory, `${built - before}.db`);
}

/** Builds a database of the feeds, identifies the packages and judges them. */
export function judge(
  feeds: Readonly<Record<string, readonly Advisory[]>>,
  drafts: readonly PackageDraft[],
  options: {
    readonly os?: OsRelease;
    readonly facts?: readonly CveFacts[];
    readonly endOfLife?: readonly EndOfLife[];
    /** What catalogers said of the files. */
    readonly read?: readonly Problem[];
  } = {},
): Judgement & { readonly packages: readonly Package[] } {
  built += 1;
  const path = join(directory, `${built}.db`);
  const none = { list: () => [], text: () => '', has: () => false };
  const enrichments = [enrichmentOf('facts', options.facts ?? [], options.endOfLife)];
  buildDatabase(path, {
    feeds: Object.entries(feeds).map(([id, advisories]) => feedOf(id, advisories)),
    enrichments,
    openFolder: () => none,
    products: new Set(['nginx:nginx']),
  });
  const database = openDatabase(path);
  try {
    const packages = identify(drafts, (item) => item, options.os);
    const judgement = createJudge(database, versionSchemes)(packages, options.os);
    const { os, read } = options;
    if (!read) return { ...judgement, packages };
    const image = { reference: 'app', kind: 'image', layers: [] } as const;
    return { ...judgement, problems: problemsOf(image, { os, packages, problems: read }, judgement), packages };
  } finally {
    database.close();
  }
}

export const npm = (name: string, version: string, path = `app/node_modules/${name}/package.json`): PackageDraft => ({
  type: 'npm',
  name,
  version,
  evidence: 'installed-metadata',
  locations: [{ path }],
});
export const pypi = (name: string, version: string, path: string): PackageDraft => ({
  type: 'pypi',
  name,
  version,
  evidence: 'installed-metadata',
  locations: [{ path }],
});
export const go = (more: Partial<PackageDraft>, path = 'bin'): PackageDraft => ({
  type: 'golang',
  namespace: 'example.org',
  name: 'm',
  version: 'v1.0.0',
  evidence: 'binary',
  locations: [{ path }],
  ...more,
});
export const apk = (name: string, version: string, source = name, files: readonly string[] = []): PackageDraft => ({
  type: 'apk',
  namespace: 'alpine',
  name,
  version,
  source: { name: source, version },
  stream: 'alpine:3.18',
  evidence: 'installed-database',
  locations: [{ path: 'lib/apk/db/installed' }],
  files,
});
export const rpm = (name: string, version: string, more: Partial<PackageDraft> = {}): PackageDraft => ({
  type: 'rpm',
  name,
  version,
  stream: 'almalinux:9',
  evidence: 'installed-database',
  locations: [{ path: 'var/lib/rpm/rpmdb.sqlite' }],
  ...more,
});
export const flaw = (
  id: string,
  stream: string,
  name: string,
  range: Advisory['affected'][0]['ranges'][0],
  more: Partial<Advisory> = {},
): Advisory => ({ id, aliases: [], affected: [{ stream, name, ranges: [range] }], ...more });
