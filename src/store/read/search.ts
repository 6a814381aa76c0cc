import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { imagesWithFlaw } from './image-conditions.ts';
import { flawSummaries } from './list-vulnerabilities.ts';
import { containsPattern, startsPattern } from './patterns.ts';
import { imageName, imageVisible, isCounted, repositoryVisible, type Visibility, withCounts } from './visibility.ts';

export interface SearchHit {
  readonly kind: 'image' | 'vulnerability' | 'package' | 'registry' | 'repository';
  readonly id: string;
  readonly title: string;
  readonly detail?: string;
}

interface ReadHit {
  readonly kind: SearchHit['kind'];
  readonly id: string;
  readonly title: string;
  readonly detail: string | null;
}

const ofEachKind = 6;
const considered = 200;

/** What the text may mean, as it is typed: a few of each kind, those that begin with it before those that contain it. */
export async function searchEverything(store: Store, text: string, visibility: Visibility): Promise<SearchHit[]> {
  const q = text.trim();
  if (q === '') return [];
  // One or two characters are in everything: only what begins with them is of use.
  const part = q.length < 3 ? startsPattern(q) : containsPattern(q);
  const counted = await withCounts(store, visibility);
  const lists = await Promise.all([
    searchImages(store, q, part, visibility),
    searchFlaws(store, q, part, counted),
    searchPackages(store, q, part, visibility),
    searchPlaces(store, q, part, visibility),
  ]);
  return lists.flat().map(({ kind, id, title, detail }) => ({ kind, id, title, ...(detail !== null && { detail }) }));
}

async function searchImages(
  store: Store,
  q: string,
  part: string,
  visibility: Visibility,
): Promise<readonly ReadHit[]> {
  const digest = /^(sha256:)?([0-9a-f]{6,64})$/i.exec(q)?.[2];
  const byDigest = digest
    ? sql`UNION SELECT 'image', i.digest, ${imageName(visibility, 'i')}, coalesce(i.os, i.artifact) FROM image AS i
      WHERE i.digest LIKE ${startsPattern(`sha256:${digest.toLowerCase()}`)} AND i.gone IS NULL AND ${imageVisible(visibility, 'i.id')}`
    : sql``;
  const { rows } = await sql<ReadHit>`SELECT 'image' AS kind, i.digest AS id, ${imageName(visibility, 'i')} AS title,
      concat_ws(', ', i.os, CASE WHEN i.state = 'scanned' THEN s.critical || ' critical, ' || s.high || ' high' ELSE i.state END) AS detail
    FROM (SELECT id FROM image WHERE name ILIKE ${part} AND gone IS NULL AND state <> 'artifact' AND ${imageVisible(visibility, 'image.id')} LIMIT ${considered}) AS found
      JOIN image AS i USING (id) JOIN image_summary AS s ON s.image = i.id
    ${byDigest}
    ORDER BY title LIMIT ${ofEachKind}`.execute(store);
  // A name that the caller may not know must not answer either.
  return visibility === 'everything'
    ? rows
    : rows.filter(({ title, id }) => `${title} ${id}`.toLowerCase().includes(q.toLowerCase()));
}

async function searchFlaws(store: Store, q: string, part: string, visibility: Visibility): Promise<readonly ReadHit[]> {
  const isKnown = isCounted(visibility);
  const summaries = isKnown ? flawSummaries(visibility) : sql`flaw_summary`;
  const seen = isKnown
    ? sql`true`
    : sql`EXISTS (SELECT FROM (${imagesWithFlaw(sql<number>`SELECT f.id`)}) AS affected WHERE ${imageVisible(visibility, 'affected.image')})`;
  const { rows } = await sql<ReadHit>`SELECT 'vulnerability' AS kind, f.name AS id, f.name AS title, f.title AS detail
    FROM (SELECT flaw, risk FROM ${summaries} AS summary WHERE words LIKE ${part.toLowerCase()} LIMIT 2000) AS s JOIN flaw AS f ON f.id = s.flaw
    WHERE (f.name ILIKE ${part} OR array_to_string(f.aliases, ' ') ILIKE ${part} OR f.title ILIKE ${part}) AND ${seen}
    ORDER BY f.name ILIKE ${startsPattern(q)} DESC, s.risk DESC, f.name LIMIT ${ofEachKind}`.execute(store);
  return rows;
}

async function searchPackages(
  store: Store,
  q: string,
  part: string,
  visibility: Visibility,
): Promise<readonly ReadHit[]> {
  // As a value of its own: asked for one name after the other until enough are found, and for its versions in the same way.
  const seen =
    visibility === 'everything'
      ? sql`true`
      : sql`(SELECT EXISTS (SELECT FROM component CROSS JOIN LATERAL (SELECT FROM image_components AS held
            WHERE held.components @> ARRAY[component.id] AND ${imageVisible(visibility, 'held.image')} LIMIT 1) AS held
          WHERE component.name = p.name AND component.type = p.type))`;
  const order = sql`lower(p.name) = ${q.toLowerCase()} DESC, p.name ILIKE ${startsPattern(q)} DESC, p.images DESC, p.name`;
  const detail =
    visibility === 'everything'
      ? sql`p.type || ', in ' || p.images || CASE p.images WHEN 1 THEN ' image' ELSE ' images' END`
      : sql`p.type`;
  const { rows } = await sql<ReadHit>`SELECT 'package' AS kind, p.name AS id, p.name AS title, ${detail} AS detail
    FROM (SELECT * FROM (SELECT * FROM package_summary AS p WHERE p.name ILIKE ${part} ORDER BY ${order}) AS p
      WHERE ${seen} LIMIT ${ofEachKind}) AS p ORDER BY ${order}`.execute(store);
  return rows;
}

async function searchPlaces(
  store: Store,
  q: string,
  part: string,
  visibility: Visibility,
): Promise<readonly ReadHit[]> {
  const own = repositoryVisible(visibility, 'repository.id');
  // Of a name that very many have, some are enough to choose from.
  const some = (pattern: string) =>
    sql`(SELECT repository.id FROM repository WHERE repository.name ILIKE ${pattern} AND ${own} LIMIT ${considered})`;
  const { rows } =
    await sql<ReadHit>`(SELECT DISTINCT 'registry' AS kind, registry.name AS id, registry.name AS title, registry.host AS detail
      FROM registry LEFT JOIN repository ON repository.registry = registry.id
      WHERE (registry.name ILIKE ${part} OR registry.host ILIKE ${part}) AND ${own} ORDER BY 2 LIMIT ${ofEachKind})
    UNION ALL (SELECT 'repository', registry.name || '/' || repository.name, repository.name, registry.host
      FROM (SELECT * FROM repository WHERE repository.id IN (${some(startsPattern(q))} UNION ${some(part)})) AS repository
        JOIN registry ON registry.id = repository.registry
      ORDER BY repository.name ILIKE ${startsPattern(q)} DESC, repository.name LIMIT ${ofEachKind})`.execute(store);
  return rows;
}
