import { sql } from 'kysely';
import { ensureRepository } from './repositories.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { moveTags, type Tagged, type TaggedImage } from './tags.ts';
import { tellFixed } from './tell-fixed.ts';
import { forgetUploadedPlaces, isUploaded } from './uploads.ts';

/** An image as a registry tells of it. */
export interface PlacedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** When it was pushed, where that is known. */
  readonly pushed?: Date | undefined;
}

export interface Placing {
  /** Row of `registry`, and its host for the names that people see. */
  readonly registry: number;
  readonly host: string;
  readonly repository: string;
  readonly images: readonly PlacedImage[];
  readonly at: Date;
  /** `push` for what a registry tells by itself; `crawl` for what a look through it finds. */
  readonly cause: 'push' | 'crawl';
  /** The name of an upload, where that says it and no registry. */
  readonly uploaded?: string;
}

export interface PlacedRow {
  readonly image: number;
  readonly digest: string;
  /** It was not known before, anywhere. */
  readonly isNew: boolean;
  /** It was not known, or was gone, at this place. */
  readonly isNewHere: boolean;
  /** queued, scanning, scanned, failed, artifact. */
  readonly state: string;
  readonly scanner: string | null;
  /** It lay nowhere, and does again. */
  readonly wasGone: boolean;
}

/** Of images that were known: those that lie somewhere new, where other exceptions hold. For `settlePlacements`. */
export function cameElsewhere(rows: readonly PlacedRow[]): readonly number[] {
  return rows.flatMap(({ image, isNew, isNewHere, wasGone }) => (wasGone || (isNewHere && !isNew) ? [image] : []));
}

/**
 * Writes down that images lie in a repository under these tags. The same again changes nothing; news that is older than
 * what is known moves no tag. Pushes to one repository wait for each other; rows are locked in one order everywhere.
 */
export async function placeImages(store: Store, placing: Placing): Promise<readonly PlacedRow[]> {
  const images = mergedByDigest(placing.images);
  if (images.length === 0) return [];
  return store.transaction().execute(async (transaction) => {
    const repository = await ensureRepository(transaction, placing);
    const rows = await putImages(transaction, placing, images);
    if (placing.uploaded === undefined)
      await forgetUploadedPlaces(transaction, rows.flatMap(knownByUpload), repository);
    const { newHere, there } = await putPlacements(transaction, repository, rows, placing);
    const lying = rows.filter(({ row }) => there.has(row.image));
    const { tagged, taken } = await moveTags(transaction, repository, lying.map(taggedImage(placing)));
    await tell(transaction, placing, newHere, tagged);
    await tellFixed(transaction, [...new Set(tagged.flatMap(({ image, name }) => (taken.has(name) ? [image] : [])))]);
    return rows.map(({ row }) => ({ ...row, isNewHere: newHere.has(row.image) }));
  });
}

function knownByUpload({ row: { image, isNew, scanner } }: Put): number[] {
  return !isNew && (scanner === null || isUploaded(scanner)) ? [image] : [];
}

interface Put {
  readonly row: Omit<PlacedRow, 'isNewHere'>;
  readonly tags: readonly string[];
  readonly pushed: Date | undefined;
}

async function putImages(
  transaction: StoreTransaction,
  { host, repository, at, cause }: Placing,
  images: readonly PlacedImage[],
): Promise<readonly Put[]> {
  const pushedOf = (image: PlacedImage) => image.pushed ?? (cause === 'push' ? at : undefined);
  const nameOf = ({ digest, tags: [tag] }: PlacedImage) =>
    `${host}/${repository}${tag === undefined ? `@${digest}` : `:${tag}`}`;
  const othersOf = ({ tags: [, ...others] }: PlacedImage) =>
    others.map((tag) => `${host}/${repository}:${tag}`).join(' ');
  // A new name only where the image has a tag or had no name: people know it by the tag that it had last.
  const { rows } = await sql<{
    id: number;
    digest: string;
    is_new: boolean;
    state: string;
    scanner: string | null;
    gone: boolean;
  }>`
    INSERT INTO image (digest, name, words, pushed, first_seen)
    SELECT digest, name, words, pushed, ${at}::timestamptz FROM unnest(${images.map(({ digest }) => digest)}::text[],
      ${images.map(nameOf)}::text[], ${images.map(othersOf)}::text[],
      ${images.map((image) => pushedOf(image)?.toISOString() ?? null)}::timestamptz[]) AS given(digest, name, words, pushed)
    ORDER BY digest
    ON CONFLICT (digest) DO UPDATE SET
      words = image.words || (SELECT coalesce(string_agg(' ' || word, ''), '')
        FROM unnest(string_to_array(excluded.words, ' ') || excluded.name || image.name) AS word
        WHERE word <> '' AND position(word IN image.words) = 0 AND NOT (word = image.name AND word = excluded.name)),
      name = CASE WHEN excluded.name LIKE '%@sha256:%' OR image.pushed > excluded.pushed THEN image.name ELSE excluded.name END,
      pushed = greatest(image.pushed, excluded.pushed)
    RETURNING id, digest, xmax = 0 AS is_new, state, scanner, gone IS NOT NULL AS gone`.execute(transaction);
  const given = new Map(images.map((image) => [image.digest, image]));
  return rows.map(({ id, digest, is_new, state, scanner, gone }) => {
    const image = given.get(digest) as PlacedImage;
    const row = { image: id, digest, isNew: is_new, state, scanner, wasGone: gone };
    return { row, tags: image.tags, pushed: pushedOf(image) };
  });
}

/** Answers which images were not known to lie there, and which do now: one that was deleted later than pushed does not. */
async function putPlacements(
  transaction: StoreTransaction,
  repository: number,
  rows: readonly Put[],
  { at, uploaded }: Placing,
): Promise<{ readonly newHere: ReadonlySet<number>; readonly there: ReadonlySet<number> }> {
  const images = rows.map(({ row }) => row.image);
  const before = await sql<{ image: number }>`SELECT image FROM placement
    WHERE repository = ${repository} AND deleted IS NULL AND image = ANY(${images}::integer[])`.execute(transaction);
  const after = await sql<{
    image: number;
    there: boolean;
  }>`INSERT INTO placement (repository, image, first_seen, pushed, uploaded)
    SELECT ${repository}::integer, image, ${at}::timestamptz, pushed, ${uploaded ?? null}::text FROM unnest(${images}::integer[],
      ${rows.map(({ pushed }) => pushed?.toISOString() ?? null)}::timestamptz[]) AS given(image, pushed) ORDER BY image
    ON CONFLICT (repository, image) DO UPDATE SET pushed = greatest(placement.pushed, excluded.pushed),
      deleted = CASE WHEN placement.deleted > ${at} THEN placement.deleted END,
      uploaded = CASE WHEN placement.uploaded IS NOT NULL THEN excluded.uploaded END
    RETURNING image, deleted IS NULL AS there`.execute(transaction);
  const known = new Set(before.rows.map(({ image }) => image));
  const there = new Set(after.rows.flatMap((row) => (row.there ? [row.image] : [])));
  return { newHere: new Set([...there].filter((image) => !known.has(image))), there };
}

function taggedImage({ at, cause }: Placing): (put: Put) => TaggedImage {
  return ({ row: { image }, tags, pushed }) => ({ image, tags, since: cause === 'push' ? (pushed ?? at) : at });
}

async function tell(
  transaction: StoreTransaction,
  { host, repository, at, cause }: Placing,
  newHere: ReadonlySet<number>,
  tagged: readonly Tagged[],
): Promise<void> {
  const place = `${host}/${repository}`;
  const events = [
    ...[...newHere].map((image) => ({ image, change: cause === 'push' ? 'pushed' : 'seen', detail: place })),
    ...tagged.map(({ image, name }) => ({ image, change: 'tagged', detail: `${place}:${name}` })),
  ];
  if (events.length === 0) return;
  const rows = events.map((event) => ({ ...event, at, cause: 'push', flaw: null, component: null }));
  await transaction.insertInto('image_event').values(rows).execute();
}

/** A list may name one image several times, once for each of its tags. In one order, so that nobody waits in a circle. */
function mergedByDigest(images: readonly PlacedImage[]): readonly PlacedImage[] {
  const merged = new Map<string, PlacedImage>();
  for (const { digest, tags, pushed } of images) {
    const before = merged.get(digest);
    const latest = before?.pushed && (!pushed || before.pushed > pushed) ? before.pushed : pushed;
    merged.set(digest, { digest, tags: [...new Set([...tags, ...(before?.tags ?? [])])], pushed: latest });
  }
  return [...merged.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}
