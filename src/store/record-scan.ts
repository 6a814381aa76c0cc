import { sql } from 'kysely';
import { latestBuild, tryShareFence } from './builds.ts';
import { addComponents, type MatchedComponent } from './components.ts';
import { everHeld } from './ever-held.ts';
import { endExcepted, settleImages } from './excepted.ts';
import { addFlaws, type FlawRow } from './flaws.ts';
import { prepared } from './prepared.ts';
import { recountSummaries } from './summaries.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { tellFixed } from './tell-fixed.ts';
import { isUploaded } from './uploads.ts';

/** `busy`: a vulnerability database is being installed, try again. `outdated`: it was, match again with the new one. */
export type Refusal = 'busy' | 'outdated';

export interface RecordedComponents {
  /** Of those that were added by this very call, by key in hex; others came to be meanwhile. */
  readonly added: ReadonlyMap<string, number>;
}

/** Adds components that no image had before, as `build` judges them. */
export async function recordComponents(
  store: Store,
  components: readonly MatchedComponent[],
  flaws: readonly FlawRow[],
  { build, at }: { readonly build: number; readonly at: Date },
): Promise<RecordedComponents | Refusal> {
  return store.transaction().execute(async (transaction) => {
    if (!(await tryShareFence(transaction))) return 'busy';
    if ((await latestBuild(transaction))?.id !== build) return 'outdated';
    // Nobody is told of components: what tells of the image waits for the disk, and with it for all that came before.
    await sql`SET LOCAL synchronous_commit TO off`.execute(transaction);
    const flawIds = await addFlaws(transaction, flaws);
    return { added: await addComponents(transaction, components, flawIds, { cause: 'scan', at, build }) };
  });
}

/** What is known of an image once it was looked through. */
export interface ScannedImageRow {
  readonly image: number;
  /** What findings depend on besides the bytes. */
  readonly scanner: string;
  readonly manifestDigest?: string;
  readonly configDigest?: string;
  readonly platform?: string;
  readonly os?: string;
  readonly endOfLife?: boolean;
  /** Whose end of life it is: `debian/12`. */
  readonly release?: string;
  readonly problems: number;
  readonly packages: number;
  /** Sorted, each once. */
  readonly components: readonly number[];
  readonly detail: Buffer;
  readonly at: Date;
  /** Why it was scanned: push, asked, upload, crawl. */
  readonly because: string;
}

export interface RecordedImage {
  /** False when an earlier scan had said the same. */
  readonly changed: boolean;
}

/** Whether this scan is still the one to be recorded, asked and settled in the same transaction. */
export type StillOurs = (transaction: StoreTransaction) => Promise<boolean>;

/**
 * Links an image to its components. The same scan again changes nothing but the time of the last one. `lost`: somebody
 * else scans the image by now, and nothing was recorded. `outdated`: components were forgotten meanwhile, add them again.
 */
export async function recordImage(
  store: Store,
  scan: ScannedImageRow,
  isStillOurs: StillOurs = async () => true,
): Promise<RecordedImage | Refusal | 'lost'> {
  return store.transaction().execute(async (transaction) => {
    if (!(await tryShareFence(transaction))) return 'busy';
    if (!(await areThere(transaction, scan.components))) return 'outdated';
    if (!(await isStillOurs(transaction))) return 'lost';
    const { lies, wasUploaded } = await lockImage(transaction, scan.image);
    const before = await lastScan(transaction, scan.image);
    const isSame = before?.detail.equals(scan.detail) === true;
    const hasSameComponents = before !== undefined && isDeepEqual(before.components, scan.components);
    await updateImage(transaction, scan);
    if (!isSame) await putDetail(transaction, scan);
    if (before !== undefined && !hasSameComponents) await tellDifference(transaction, scan, before.components);
    if (!hasSameComponents) {
      await putImageComponents(transaction, scan, lies);
      await recountSummaries(transaction, [scan.image]);
    }
    if (!hasSameComponents || wasUploaded) await settleImages(transaction, [scan.image]);
    if (before === undefined) {
      await tellScanned(transaction, scan);
      await tellFixed(transaction, [scan.image]);
    }
    return { changed: !isSame };
  });
}

/** Behind the fence none of them goes: see `forgetHistory`. */
async function areThere(transaction: StoreTransaction, components: readonly number[]): Promise<boolean> {
  const { rows } = await sql<{ there: number }>`SELECT count(*)::integer AS there FROM component
    WHERE id = ANY(${components}::integer[])`.execute(transaction);
  return rows[0]?.there === components.length;
}

interface LockedImage {
  /** False when it lies nowhere any more. */
  readonly lies: boolean;
  /** By then it may belong elsewhere, where other exceptions hold. */
  readonly wasUploaded: boolean;
}

/** Two scans of one image are recorded one after the other. */
async function lockImage(transaction: StoreTransaction, image: number): Promise<LockedImage> {
  const { rows } = await sql<{ lies: boolean; scanner: string | null }>`${prepared}SELECT gone IS NULL AS lies, scanner
    FROM image WHERE id = ${image} FOR NO KEY UPDATE`.execute(transaction);
  return { lies: rows[0]?.lies !== false, wasUploaded: isUploaded(rows[0]?.scanner ?? null) };
}

/** What the last scan left. */
async function lastScan(transaction: StoreTransaction, image: number) {
  const { rows } = await sql<{ components: number[]; detail: Buffer }>`SELECT components, detail FROM image_detail
    JOIN ${everHeld} AS c USING (image)
    WHERE image = ${image}`.execute(transaction);
  return rows[0];
}

async function updateImage(transaction: StoreTransaction, scan: ScannedImageRow): Promise<void> {
  const known = (column: 'manifest_digest' | 'config_digest', value: string | undefined) =>
    value === undefined ? {} : { [column]: value };
  await transaction
    .updateTable('image')
    .set({
      ...known('manifest_digest', scan.manifestDigest),
      ...known('config_digest', scan.configDigest),
      platform: scan.platform ?? null,
      os: scan.os ?? null,
      end_of_life: scan.endOfLife ?? null,
      release: scan.release ?? null,
      state: 'scanned',
      failure: null,
      artifact: null,
      media_type: null,
      problems: scan.problems,
      packages: scan.packages,
      scanner: scan.scanner,
      scanned: scan.at,
    })
    .where('id', '=', scan.image)
    .execute();
}

async function putDetail(transaction: StoreTransaction, { image, detail }: ScannedImageRow): Promise<void> {
  await transaction
    .insertInto('image_detail')
    .values({ image, detail })
    .onConflict((conflict) => conflict.column('image').doUpdateSet({ detail }))
    .execute();
}

/** Components of images that lie nowhere any more are apart: nobody asks which image has them. */
async function putImageComponents(
  transaction: StoreTransaction,
  { image, components }: ScannedImageRow,
  lies: boolean,
): Promise<void> {
  const table = sql.table(lies ? 'image_components' : 'image_components_gone');
  await sql`INSERT INTO ${table} (image, components) VALUES (${image}, ${components}::integer[])
    ON CONFLICT (image) DO UPDATE SET components = excluded.components`.execute(transaction);
  await endExcepted(transaction, sql`image = ${image} AND component <> ALL(${components}::integer[])`);
}

async function tellScanned(transaction: StoreTransaction, { image, at, because }: ScannedImageRow): Promise<void> {
  await sql`INSERT INTO image_event (image, at, cause, change, findings)
    SELECT image, ${at}::timestamptz, ${because}, 'scanned', critical + high + medium + low + negligible + unknown
    FROM image_summary WHERE image = ${image}`.execute(transaction);
}

/**
 * The same bytes seen with other eyes: which findings that made appear or go. A component that was merely understood
 * better (same name and version, same flaw) is no news.
 */
async function tellDifference(
  transaction: StoreTransaction,
  { image, at, components }: ScannedImageRow,
  before: readonly number[],
): Promise<void> {
  const came = components.filter((id) => !before.includes(id));
  const went = before.filter((id) => !components.includes(id));
  const findings = (ids: readonly number[]) => sql`SELECT component.id, name, version, flaw FROM candidate
    JOIN component ON component.id = component WHERE component = ANY(${ids}::integer[])`;
  const missing = (ids: readonly number[], others: readonly number[], change: string) => sql`
    SELECT ${image}::integer, ${at}::timestamptz, 'scan', ${change}::text, flaw, id FROM (${findings(ids)}) AS f
    WHERE (name, version, flaw) NOT IN (SELECT name, version, flaw FROM (${findings(others)}) AS o)`;
  await sql`INSERT INTO image_event (image, at, cause, change, flaw, component)
    ${missing(came, went, 'appeared')} UNION ALL ${missing(went, came, 'went')}`.execute(transaction);
}

function isDeepEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
