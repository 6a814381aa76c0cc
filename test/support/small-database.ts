import type { Advisory } from '../../src/model/advisory.ts';
import { buildDatabase } from '../../src/vulnerability/database/build.ts';
import type { Feed } from '../../src/vulnerability/feed.ts';

const advisories: readonly Advisory[] = [
  {
    id: 'CVE-2026-0001',
    aliases: [],
    affected: [{ stream: 'alpine:3.20', name: 'musl', ranges: [{ fixed: '1.2.5-r1' }] }],
  },
  {
    id: 'CVE-2026-0002',
    aliases: [],
    affected: [{ stream: 'npm', name: 'left', ranges: [{ introduced: '1.0.0', fixed: '2.0.0' }] }],
  },
];

const feed: Feed = {
  id: 'small',
  title: 'two flaws',
  license: 'CC0-1.0',
  attribution: 'two flaws',
  folder: 'small',
  date: () => '2026-08-01',
  streams: () => [
    { id: 'alpine:3.20', scheme: 'apk', level: 'fixed-only' },
    { id: 'npm', scheme: 'npm', level: 'full' },
  ],
  read: () => ({ advisories, problems: [] }),
};

/** A database that knows two flaws: one of musl in Alpine 3.20, one of the npm package "left". */
export function buildSmallDatabase(path: string): void {
  const none = { list: () => [], text: () => '', has: () => false };
  buildDatabase(path, { feeds: [feed], enrichments: [], openFolder: () => none, products: new Set() });
}
