import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Advisory } from '../../src/model/advisory.ts';
import type { PackageDraft } from '../../src/model/package.ts';
import type { Recorder } from '../../src/server/assessment/record-scan.ts';
import { recordScan } from '../../src/server/assessment/record-scan.ts';
import type { CurrentDatabase } from '../../src/server/assessment/vulnerabilities.ts';
import { latestBuild } from '../../src/store/builds.ts';
import { openTestStore } from '../../src/store/testing/open-test-store.ts';
import { buildDatabase } from '../../src/vulnerability/database/build.ts';
import { openDatabase } from '../../src/vulnerability/database.ts';
import type { CveFacts, EndOfLife, Enrichment } from '../../src/vulnerability/enrichment.ts';
import type { Feed, FeedStream } from '../../src/vulnerability/feed.ts';
import { identify } from '../../src/vulnerability/identify.ts';
import { createJudge } from '../../src/vulnerability/judge.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';

/** What a made-up vulnerability database says. */
export interface MadeDatabase {
  /** Advisories by feed. */
  readonly feeds: Readonly<Record<string, readonly Advisory[]>>;
  readonly facts?: readonly CveFacts[];
  readonly endOfLife?: readonly EndOfLife[];
  readonly streams?: readonly FeedStream[];
  /** Newest date of its feeds. */
  readonly date?: string;
}

const usualStreams: readonly FeedStream[] = [
  { id: 'alpine:3.18', scheme: 'apk', level: 'fixed-only' },
  { id: 'almalinux:9', scheme: 'rpm', level: 'fixed-only', names: 'binary' },
  { id: 'npm', scheme: 'npm', level: 'full' },
  { id: 'pypi', scheme: 'pep440', level: 'full' },
];

export function makeDatabase(
  path: string,
  { feeds, facts = [], endOfLife = [], streams = usualStreams, date = '2026-08-01' }: MadeDatabase,
): void {
  const none = { list: () => [], text: () => '', has: () => false };
  const named = (id: string) => ({ id, title: id, license: 'CC0-1.0', attribution: id, folder: id, date: () => date });
  const feedOf = ([id, advisories]: readonly [string, readonly Advisory[]], at: number): Feed => ({
    ...named(id),
    streams: () => (at === 0 ? streams : []),
    read: () => ({ advisories, problems: [] }),
  });
  const enrichment: Enrichment = { ...named('facts'), read: () => ({ facts, endOfLife, problems: [] }) };
  buildDatabase(path, {
    feeds: Object.entries(feeds).map(feedOf),
    enrichments: [enrichment],
    openFolder: () => none,
    products: new Set(),
  });
}

/** A store with a vulnerability database in force, into which images are recorded as the server records them. */
export async function openAssessment(first: MadeDatabase) {
  const opened = await openTestStore();
  const { store } = opened;
  const directory = mkdtempSync(join(tmpdir(), 'assessment-'));
  let current: CurrentDatabase | undefined;
  const use = (build: number, path: string): void => {
    current?.database.close();
    const database = openDatabase(path);
    current = { build, path, database, judge: createJudge(database, versionSchemes) };
  };
  const path = join(directory, 'first.db');
  makeDatabase(path, first);
  const { id } = await store
    .insertInto('build')
    .values({ digest: 'sha256:first', built: '2026-08-01', installed_by: 'test' })
    .returning('id')
    .executeTakeFirstOrThrow();
  use(id, path);
  const refresh = async () => {
    while ((await latestBuild(store))?.id !== current?.build) await wait(5);
    return current as CurrentDatabase;
  };
  const recorder: Recorder = {
    store,
    now: () => new Date('2026-08-10T12:00:00Z'),
    vulnerabilities: { current: () => current as CurrentDatabase, refresh },
  };
  const addImage = async (name: string): Promise<number> => {
    const digest = `sha256:${randomBytes(32).toString('hex')}`;
    const row = await store.insertInto('image').values({ digest, name }).returning('id').executeTakeFirstOrThrow();
    return row.id;
  };
  const scan = async (image: number, drafts: readonly PackageDraft[], scanner = '1') => {
    const packages = identify(drafts, (item) => item, undefined);
    const layers = [...new Set(drafts.flatMap(({ locations }) => locations.flatMap(({ layer }) => layer ?? [])))];
    const scanned = {
      reference: `image-${image}`,
      kind: 'image',
      layers: layers.map((diffID) => ({ diffID })),
    } as const;
    const inventory = { os: undefined, packages, problems: [] };
    return recordScan(recorder, { image, scanned, inventory, scanner, because: 'push' });
  };
  const close = async () => {
    current?.database.close();
    rmSync(directory, { recursive: true, force: true });
    await opened.close();
  };
  return { ...opened, directory, recorder, use, addImage, scan, close, [Symbol.asyncDispose]: close };
}

export type Assessment = Awaited<ReturnType<typeof openAssessment>>;
