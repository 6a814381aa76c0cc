import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase } from '../../src/vulnerability/database/build.ts';
import { enrichments } from '../../src/vulnerability/enrichments/index.ts';
import type { FeedFolder } from '../../src/vulnerability/feed.ts';
import { openFeedFolder } from '../../src/vulnerability/feed-folder.ts';
import { feeds } from '../../src/vulnerability/feeds/index.ts';
import { knownProducts } from '../../src/vulnerability/known-products.ts';

/** `build-shuffled.ts DATA OUTPUT`: the database as it comes out when folders list their files in no order. */
const [data = '', output = ''] = process.argv.slice(2);

buildDatabase(output, {
  feeds: feeds.toReversed(),
  enrichments,
  products: knownProducts(),
  openFolder: (name) => (existsSync(join(data, name)) ? shuffled(openFeedFolder(join(data, name))) : undefined),
});

function shuffled(folder: FeedFolder): FeedFolder {
  return { ...folder, list: (under) => folder.list(under).toSorted((a, b) => placeOf(a) - placeOf(b)) };
}

/** Any order will do, as long as it is far from the folder's own. */
function placeOf(path: string): number {
  let place = 7;
  for (const letter of path) place = (place * 31 + letter.charCodeAt(0)) % 1_000_003;
  return place;
}
