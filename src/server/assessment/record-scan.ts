import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../lib/errors.ts';
import type { Package } from '../../model/package.ts';
import { isRemark } from '../../model/remarks.ts';
import type { ScannedImage } from '../../model/report.ts';
import { findComponents } from '../../store/components.ts';
import {
  type RecordedImage,
  recordComponents,
  recordImage,
  type ScannedImageRow,
  type StillOurs,
} from '../../store/record-scan.ts';
import { factsOf, setAside } from '../../store/set-aside.ts';
import type { Store } from '../../store/tables.ts';
import type { Inventory } from '../../vulnerability/assemble.ts';
import { problemsOf } from '../../vulnerability/assess.ts';
import { type Component, componentsOf } from '../../vulnerability/component.ts';
import { coverageOf } from '../../vulnerability/coverage.ts';
import { isOver, releaseOf } from '../../vulnerability/release-support.ts';
import { versionSchemes } from '../../vulnerability/version-schemes/index.ts';
import { type DetailComponent, packDetail } from './image-detail.ts';
import { componentRow, matchedRows, readableFacts, unreadable } from './stored-rows.ts';
import type { CurrentDatabase, Vulnerabilities } from './vulnerabilities.ts';

/** What a look through an image brought. */
export interface FinishedScan {
  /** Row of `image`. */
  readonly image: number;
  readonly scanned: ScannedImage;
  readonly inventory: Inventory;
  /** What findings depend on besides the bytes: version of the catalogers. */
  readonly scanner: string;
  /** push, asked, upload, crawl. */
  readonly because: string;
}

export interface Recorder {
  readonly store: Store;
  readonly vulnerabilities: Vulnerabilities;
  readonly now: () => Date;
}

/**
 * From an inventory to findings that everybody sees: package versions that no image had before are matched, then the
 * image is linked to all of its own. The same scan twice leaves what one leaves, however they overlap.
 */
export async function recordScan(
  recorder: Recorder,
  scan: FinishedScan,
  isStillOurs?: StillOurs,
): Promise<RecordedImage | 'lost'> {
  const { packages } = scan.inventory;
  const components = componentsOf(packages);
  if (thorough.includes(scan.because)) await replaceUnreadable(recorder, components);
  for (;;) {
    const rows = await storedComponents(recorder, components, packages);
    const row = imageRow(scan, rows, recorder.vulnerabilities.current(), recorder.now());
    let recorded = await recordImage(recorder.store, row, isStillOurs);
    while (recorded === 'busy') {
      await wait(busyMs);
      recorded = await recordImage(recorder.store, row, isStillOurs);
    }
    if (recorded !== 'outdated') return recorded;
  }
}

/** Somebody asked for this very scan, perhaps because something of the last one is broken. */
const thorough: readonly string[] = ['asked', 'upload'];

/** Where what is kept of a package cannot be read, it is kept anew. */
async function replaceUnreadable({ store, now }: Recorder, components: readonly Component[]): Promise<void> {
  const kept = await factsOf(store, [...new Set(components.map(({ key }) => key))]);
  const damaged = kept.flatMap(({ id, facts }) => (readableFacts(facts) === undefined ? [id] : []));
  if (damaged.length === 0) return;
  await store.transaction().execute((transaction) => setAside(transaction, damaged, unreadable, now()));
}

const busyMs = 200;
/** Matching holds up everything else; after so many package versions others get a turn. */
const atOnce = 40;
const maxTries = 100;

/** The stored component of each package, in the same order; adds those that are new. */
async function storedComponents(
  { store, vulnerabilities, now }: Recorder,
  components: readonly Component[],
  packages: readonly Package[],
): Promise<readonly DetailComponent[]> {
  const byKey = new Map(
    components.map((component, at) => [hex(component), { component, found: packages[at] as Package }]),
  );
  const known = new Map<string, { readonly id: number; readonly purl: string }>();
  for (let tries = 0; tries < maxTries; tries += 1) {
    const missing = [...byKey].flatMap(([key, { component }]) => (known.has(key) ? [] : [component.key]));
    for (const [key, found] of await findComponents(store, missing)) known.set(key, found);
    const unseen = [...byKey].flatMap(([key, one]) => (known.has(key) ? [] : [one]));
    const current = vulnerabilities.current();
    const outcome = await addUnseen(store, unseen, current, now());
    if (outcome === 'outdated') await vulnerabilities.refresh();
    else if (outcome === 'busy') await wait(busyMs);
    else for (const [key, id] of outcome.added) known.set(key, { id, purl: (byKey.get(key) as Seen).component.purl });
    if (known.size === byKey.size)
      return components.map(
        (component) => ({ ...known.get(hex(component)), facts: component.facts }) as DetailComponent,
      );
  }
  throw new AppError('CONFLICT', 'The vulnerability database is replaced again and again; the scan is recorded later.');
}

/** A component, and one of the packages that it stands for. */
interface Seen {
  readonly component: Component;
  readonly found: Package;
}

async function addUnseen(store: Store, unseen: readonly Seen[], current: CurrentDatabase, at: Date) {
  if (unseen.length === 0) return { added: new Map<string, number>() };
  const { matched, flaws } = await match(unseen, current);
  return recordComponents(store, matched, flaws, { build: current.build, at });
}

async function match(unseen: readonly Seen[], { database, judge }: CurrentDatabase) {
  const matched = [];
  const flaws = new Map();
  for (let at = 0; at < unseen.length; at += atOnce) {
    const part = unseen.slice(at, at + atOnce);
    const rows = matchedRows(
      part.map(({ component }) => component),
      database,
      judge,
    );
    matched.push(
      ...rows.components.map(({ keys, candidates }, place) => {
        const { component, found } = part[place] as (typeof part)[number];
        return { ...componentRow(component, found), keys, candidates };
      }),
    );
    for (const flaw of rows.flaws) flaws.set(flaw.name, flaw);
    await nextTurn();
  }
  return { matched, flaws: [...flaws.values()] };
}

function imageRow(
  { image, scanned, inventory, scanner, because }: FinishedScan,
  components: readonly DetailComponent[],
  { database }: CurrentDatabase,
  at: Date,
): ScannedImageRow {
  const { os, packages } = inventory;
  const covered = coverageOf(packages, os, database, versionSchemes);
  const { endOfLife } = covered;
  const { platform, manifestDigest, configDigest } = scanned;
  const release = releaseOf(os);
  return {
    image,
    scanner,
    because,
    at,
    ...(manifestDigest && { manifestDigest }),
    ...(configDigest && { configDigest }),
    ...(platform && { platform: [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/') }),
    ...(os && { os: [os.id, os.version].filter(Boolean).join(' ') }),
    ...(endOfLife !== undefined && { endOfLife: isOver(endOfLife, at.toISOString().slice(0, 10)) }),
    ...(release !== undefined && { release }),
    problems: problemsOf(scanned, inventory, covered).filter((problem) => !isRemark(problem)).length,
    packages: packages.length,
    components: [...new Set(components.map(({ id }) => id))].sort((a, b) => a - b),
    detail: packDetail({ image: scanned, inventory }, components),
  };
}

function hex({ key }: Component): string {
  return key.toString('hex');
}
