import { sql } from 'kysely';
import { prepared } from '../prepared.ts';
import type { Store } from '../tables.ts';
import { type ImageRow, imageColumns, type ReadImage, toImageRow } from './image-row.ts';
import { imageVisible, type Visibility } from './visibility.ts';

export interface StoredImage {
  readonly id: number;
  /** Without where it lies, which most that is asked of an image does not tell: see `locationsOf`. */
  readonly row: Omit<ImageRow, 'locations'>;
  readonly manifestDigest?: string;
  readonly configDigest?: string;
  readonly scanner?: string;
}

/** An image by its digest; undefined where the caller does not see it. One that is gone is there for its history only. */
export async function readImage(
  store: Store,
  digest: string,
  visibility: Visibility,
  { gone = false } = {},
): Promise<StoredImage | undefined> {
  const { rows } = await sql<
    ReadImage & { manifest_digest: string | null; config_digest: string | null; scanner: string | null }
  >`${prepared}SELECT ${imageColumns(visibility)}, i.manifest_digest, i.config_digest, i.scanner
    FROM image AS i JOIN image_summary AS s ON s.image = i.id
    WHERE i.digest = ${digest} AND (${gone} OR i.gone IS NULL) AND ${imageVisible(visibility, 'i.id')}`.execute(store);
  const [read] = rows;
  if (!read) return undefined;
  return {
    id: read.id,
    row: toImageRow(read),
    ...(read.manifest_digest && { manifestDigest: read.manifest_digest }),
    ...(read.config_digest && { configDigest: read.config_digest }),
    ...(read.scanner && { scanner: read.scanner }),
  };
}

export interface StoredDetail {
  /** Packed, as it was written. */
  readonly detail: Buffer;
  readonly components: readonly { readonly id: number; readonly purl: string; readonly facts: Buffer }[];
}

/** What was kept of an image's scan; undefined where it was never scanned. */
export async function readStoredDetail(store: Store, image: number): Promise<StoredDetail | undefined> {
  const [kept, components] = await Promise.all([
    store
      .selectFrom('image_detail')
      .select('detail')
      .where('image', '=', image)
      .modifyFront(prepared)
      .executeTakeFirst(),
    sql<{ id: number; purl: string; facts: Buffer }>`${prepared}SELECT id, purl, facts FROM component
      WHERE id = ANY((SELECT components FROM image_components WHERE image = ${image})::int[])`.execute(store),
  ]);
  return kept && { detail: kept.detail, components: components.rows };
}

/** Packed details of several images. */
export async function readPackedDetails(store: Store, images: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
  if (images.length === 0) return new Map();
  const { rows } = await sql<{ image: number; detail: Buffer }>`${prepared}SELECT image, detail FROM image_detail
    WHERE image = ANY(${images}::int[])`.execute(store);
  return new Map(rows.map(({ image, detail }) => [image, detail]));
}

/** Findings that stand, by component: severity, and whether it is fixable or exploited. */
export interface ComponentFinding {
  readonly component: number;
  readonly severity: number;
  readonly status: number;
  readonly exploited: boolean;
}

export async function readComponentFindings(store: Store, image: number): Promise<readonly ComponentFinding[]> {
  const { rows } =
    await sql<ComponentFinding>`${prepared}SELECT c.component, c.severity, c.status, f.exploited IS NOT NULL AS exploited
    FROM image_components AS held CROSS JOIN unnest(held.components) AS part JOIN candidate AS c ON c.component = part
      JOIN flaw AS f ON f.id = c.flaw
    WHERE held.image = ${image} AND NOT EXISTS (SELECT FROM excepted AS e
      WHERE e.image = held.image AND e.component = c.component AND e.flaw = c.flaw)`.execute(store);
  return rows;
}

/** What exceptions cover in an image. */
export interface ExceptedFinding {
  readonly component: number;
  readonly flaw: string;
  readonly reason: string;
  readonly expires: Date | null;
}

export async function readExcepted(store: Store, image: number): Promise<readonly ExceptedFinding[]> {
  const { rows } = await sql<ExceptedFinding>`${prepared}SELECT e.component, f.name AS flaw, x.reason, x.expires
    FROM excepted AS e JOIN flaw AS f ON f.id = e.flaw JOIN exception AS x ON x.id = e.exception WHERE e.image = ${image}`.execute(
    store,
  );
  return rows;
}

export interface ReadUpgrade {
  readonly type: string;
  readonly software: string;
  readonly version: string;
  readonly target: string;
  readonly flaws: string[];
  readonly severities: number[];
  readonly statuses: number[];
  readonly exploited: boolean[];
}

/** "Upgrade this, and these go away": the findings of an image by software, installed version and target, worst first. */
export async function readUpgrades(store: Store, image: number): Promise<readonly ReadUpgrade[]> {
  const { rows } =
    await sql<ReadUpgrade>`${prepared}SELECT k.type, k.software, min(k.version) AS version, coalesce(c.upgrade_to, c.fixed[1]) AS target,
      array_agg(f.name ORDER BY c.risk DESC, f.name, k.id) AS flaws, array_agg(c.severity::int ORDER BY c.risk DESC, f.name, k.id) AS severities,
      array_agg(c.status::int ORDER BY c.risk DESC, f.name, k.id) AS statuses,
      array_agg(f.exploited IS NOT NULL ORDER BY c.risk DESC, f.name, k.id) AS exploited
    FROM image_components AS held CROSS JOIN unnest(held.components) AS part JOIN candidate AS c ON c.component = part
      JOIN component AS k ON k.id = c.component JOIN flaw AS f ON f.id = c.flaw
    WHERE held.image = ${image} AND coalesce(c.upgrade_to, c.fixed[1]) IS NOT NULL
      AND NOT EXISTS (SELECT FROM excepted AS e WHERE e.image = held.image AND e.component = c.component AND e.flaw = c.flaw)
    GROUP BY k.type, k.software, k.stream, CASE WHEN k.stream IS NULL THEN k.version END, target
    ORDER BY max(c.risk) DESC, count(*) DESC, k.software, target`.execute(store);
  return rows;
}

/** The highest of the risks of an image's findings, with what it is made of. */
export async function readWorst(store: Store, image: number) {
  const { rows } = await sql<{
    severity: number;
    status: number;
    cvss: number | null;
    epss: number | null;
    exploited: string | null;
    ransomware: boolean;
    exploits: number;
  }>`${prepared}SELECT c.severity, c.status, f.cvss, f.epss, f.exploited, f.ransomware, f.exploits
    FROM image_components AS held CROSS JOIN unnest(held.components) AS part JOIN candidate AS c ON c.component = part
      JOIN flaw AS f ON f.id = c.flaw
    WHERE held.image = ${image} AND NOT EXISTS (SELECT FROM excepted AS e
      WHERE e.image = held.image AND e.component = c.component AND e.flaw = c.flaw)
    ORDER BY c.risk DESC, c.component, c.flaw LIMIT 1`.execute(store);
  return rows[0];
}

/** A finding by its three rows; undefined where it is not there, or not for this caller. */
export async function readFindingRows(
  store: Store,
  { image, component, flaw }: { readonly image: string; readonly component: string; readonly flaw: string },
  visibility: Visibility,
) {
  const { rows } = await sql<{
    purl: string;
    facts: Buffer;
    flaw: string;
    details: unknown;
  }>`SELECT k.purl, k.facts, f.name AS flaw, f.facts AS details
    FROM candidate AS c JOIN component AS k ON k.id = c.component JOIN flaw AS f ON f.id = c.flaw
    WHERE c.component = ${component}::bigint AND c.flaw = ${flaw}::bigint AND EXISTS (SELECT FROM image_components AS held
      WHERE held.image = ${image}::bigint AND held.components @> ARRAY[c.component] AND ${imageVisible(visibility, 'held.image')})`.execute(
    store,
  );
  return rows[0];
}

/** The next images that the caller sees, in the order of their rows; those that are gone have a history only. */
export async function imagesAfter(
  store: Store,
  last: number,
  limit: number,
  visibility: Visibility,
  { gone = false } = {},
): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`SELECT id FROM image
    WHERE id > ${last} AND (${gone} OR gone IS NULL) AND state <> 'artifact' AND ${imageVisible(visibility, 'image.id')} ORDER BY id LIMIT ${limit}`.execute(
    store,
  );
  return rows.map(({ id }) => id);
}
