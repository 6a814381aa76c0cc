import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FeedFolder } from '../../src/vulnerability/feed.ts';
import { openFeedFolder } from '../../src/vulnerability/feed-folder.ts';

const source = join(import.meta.dirname, '../../src/vulnerability');

/** The trimmed copy of a source that lies beside its reader. */
export function trimmedCopy(kind: 'feeds' | 'enrichments', id: string): FeedFolder {
  return openFeedFolder(join(source, kind, 'testdata', id));
}

/** A whole source, for tests of its exact counts: options for `test` that skip it where it is not at hand, and its folder. */
export function wholeSource(folder: string): {
  readonly options: { skip: string | false };
  readonly open: () => FeedFolder;
} {
  const data = process.env.BREAKWATER_DATA;
  const path = join(data ?? '', 'advisories', folder);
  const skip = data === undefined ? 'BREAKWATER_DATA is not set' : existsSync(path) ? false : `${path} is missing`;
  return { options: { skip }, open: () => openFeedFolder(path) };
}
