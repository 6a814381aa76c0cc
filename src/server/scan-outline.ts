import { LRUCache } from 'lru-cache';
import type { Problem } from '../model/problem.ts';
import type { StreamCoverage } from '../model/report.ts';
import type { StoredImage } from '../store/read/stored-image.ts';
import type { Store } from '../store/tables.ts';
import { problemsOf } from '../vulnerability/assess.ts';
import type { DetailedImage } from './assessment/image-detail.ts';
import type { CurrentDatabase } from './assessment/vulnerabilities.ts';
import { readScanned } from './scanned-image.ts';

/** What a scan says of an image as a whole, with the database in force. */
export interface ScanOutline {
  readonly layers: readonly OutlinedLayer[];
  readonly coverage: readonly StreamCoverage[];
  readonly problems: readonly Problem[];
}

export interface OutlinedLayer {
  readonly diffID: string;
  readonly createdBy?: string;
  readonly packages: number;
  /** Rows of `component` of its packages, each once. */
  readonly components: readonly number[];
}

/** Of an image whose packages were never read, none. */
export async function outlineOf(
  store: Store,
  image: StoredImage,
  current: CurrentDatabase,
): Promise<ScanOutline | undefined> {
  const known = outlinesOf(current);
  // On another day another system is past its end of life.
  const key = `${image.id} ${image.row.scanned} ${new Date().toISOString().slice(0, 10)}`;
  const remembered = known.get(key);
  if (remembered) return remembered;
  const scanned = await readScanned(store, image.id);
  if (!scanned) return undefined;
  const outline = outlineScan(scanned, current);
  known.set(key, outline);
  return outline;
}

/** An image is looked at several times in a row; to judge all its packages each time would be the most of the work. */
const rememberedBytes = 16_000_000;
const outlines = new WeakMap<CurrentDatabase, LRUCache<string, ScanOutline>>();

function outlinesOf(current: CurrentDatabase): LRUCache<string, ScanOutline> {
  const known = outlines.get(current);
  if (known) return known;
  const made = new LRUCache<string, ScanOutline>({ maxSize: rememberedBytes, sizeCalculation: sizeOf });
  outlines.set(current, made);
  return made;
}

/** Bytes, roughly. */
function sizeOf({ layers, coverage, problems }: ScanOutline): number {
  const ofLayers = layers.reduce((sum, { components }) => sum + 300 + components.length * 8, 0);
  return 500 + ofLayers + coverage.length * 300 + problems.length * 400;
}

function outlineScan({ image, inventory, components }: DetailedImage, { judge }: CurrentDatabase): ScanOutline {
  const judgement = judge(inventory.packages, inventory.os);
  const byLayer = Map.groupBy(inventory.packages.keys(), (at) => inventory.packages[at]?.locations[0]?.layer);
  const layers = image.layers.map(({ diffID, createdBy }): OutlinedLayer => {
    const here = byLayer.get(diffID) ?? [];
    return {
      diffID,
      ...(createdBy && { createdBy }),
      packages: here.length,
      components: [...new Set(here.flatMap((at) => components[at] ?? []))],
    };
  });
  return { layers, coverage: judgement.coverage, problems: problemsOf(image, inventory, judgement) };
}
