import { type RawBuilder, sql } from 'kysely';
import type { StoreTransaction } from './tables.ts';

/** A tag that stands for an image. */
export interface Tagged {
  readonly image: number;
  readonly name: string;
}

/** An image with its tags, and since when they stand for it. */
export interface TaggedImage {
  readonly image: number;
  readonly tags: readonly string[];
  readonly since: Date;
}

export interface MovedTags {
  /** Those that came to stand for another image, or for their first. */
  readonly tagged: readonly Tagged[];
  /** Names of those that another image had until then. */
  readonly taken: ReadonlySet<string>;
}

/** Lets tags stand for these images, unless another one came to have them later. */
export async function moveTags(
  transaction: StoreTransaction,
  repository: number,
  images: readonly TaggedImage[],
): Promise<MovedTags> {
  // One tag names one image; of two that claim it the later one is right.
  const wanted = new Map<string, { readonly image: number; readonly since: Date }>();
  for (const { image, tags, since } of images)
    for (const name of tags) {
      const other = wanted.get(name);
      if (!other || other.since <= since) wanted.set(name, { image, since });
    }
  if (wanted.size === 0) return { tagged: [], taken: new Set() };
  const given = sql`unnest(${[...wanted.keys()]}::text[], ${[...wanted.values()].map(({ image }) => image)}::integer[],
    ${[...wanted.values()].map(({ since }) => since.toISOString())}::timestamptz[]) AS given(name, image, since)`;
  const { rows: moved } = await sql<Tagged & { taken: boolean }>`
    WITH given AS (SELECT * FROM ${given}),
      taken AS (INSERT INTO tag_past (repository, name, image, since, until)
        SELECT tag.repository, tag.name, tag.image, tag.since, given.since FROM given JOIN tag USING (name)
        WHERE tag.repository = ${repository} AND tag.image <> given.image AND given.since >= tag.since
        RETURNING name),
      moved AS (INSERT INTO tag AS held (repository, name, image, since)
        SELECT ${repository}::integer, name, image, since FROM given ORDER BY name
        ON CONFLICT (repository, name) DO UPDATE SET image = excluded.image, since = excluded.since
          WHERE held.image <> excluded.image AND excluded.since >= held.since
        RETURNING image, name)
    SELECT image, name, EXISTS (SELECT FROM taken WHERE taken.name = moved.name) AS taken FROM moved`.execute(
    transaction,
  );
  return { tagged: moved, taken: new Set(moved.flatMap(({ name, taken }) => (taken ? [name] : []))) };
}

/** Tags of a repository that are gone, by a condition on rows of `tag`; which images they stood for is kept. */
export async function endTags(
  transaction: StoreTransaction,
  repository: number,
  at: Date,
  condition: RawBuilder<unknown>,
): Promise<void> {
  await sql`WITH ended AS (DELETE FROM tag WHERE repository = ${repository} AND ${condition} RETURNING *)
    INSERT INTO tag_past (repository, name, image, since, until)
    SELECT repository, name, image, since, greatest(since, ${at}::timestamptz) FROM ended`.execute(transaction);
}
