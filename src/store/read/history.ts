import { type RawBuilder, sql } from 'kysely';
import { everHeld } from '../ever-held.ts';
import type { Store } from '../tables.ts';
import { fixedIn, takenOver } from '../tell-fixed.ts';
import { placeKnown } from './event-place.ts';
import { type HistoryChange, type HistoryEvent, type ReadEvent, toHistoryEvent } from './history-event.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, sortKeys } from './page.ts';
import { imageName, imageVisible, type Visibility } from './visibility.ts';

export interface HistoryQuery extends PageRequest {
  readonly since?: Date | undefined;
  readonly cause?: readonly string[] | undefined;
  readonly change?: readonly HistoryChange[] | undefined;
}

const order: Order = {
  name: 'history',
  direction: 'desc',
  keys: [
    { by: sql`e.at`, type: 'timestamptz' },
    { by: sql`e.key`, type: 'text' },
  ],
};

type Read = ReadEvent & { readonly sort_keys: string[] };

/** What happened to an image and to its findings, newest first: mostly no record of it, but what the joins tell. */
export async function readImageHistory(
  store: Store,
  image: number,
  query: HistoryQuery,
  visibility: Visibility,
): Promise<Page<HistoryEvent>> {
  const { rows } = await sql<Read>`${eventColumns(visibility)}, ${sortKeys(order)} AS sort_keys
    FROM (${eventsOf([image], visibility)}) AS e ${eventJoins}
    WHERE ${within(query)} AND ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1}`.execute(
    store,
  );
  return pageFrom(rows, order, query.limit, toHistoryEvent);
}

/** The whole history of some images, each from its beginning. */
export async function readHistoriesOf(
  store: Store,
  images: readonly number[],
  query: Pick<HistoryQuery, 'since' | 'cause' | 'change'>,
  visibility: Visibility,
): Promise<HistoryEvent[]> {
  const { rows } =
    await sql<ReadEvent>`${eventColumns(visibility)} FROM (${eventsOf(images, visibility)}) AS e ${eventJoins}
    WHERE ${within(query)} ORDER BY e.image, e.at, e.key`.execute(store);
  return rows.map(toHistoryEvent);
}

/**
 * What happened to everything that the caller sees, newest first. What came over many images at once is one event that
 * says over how many; which those are, their own histories tell.
 */
export async function readHistory(
  store: Store,
  query: HistoryQuery,
  visibility: Visibility,
): Promise<Page<HistoryEvent>> {
  const newest = (from: RawBuilder<unknown>) => sql`(SELECT * FROM (${from}) AS e
    WHERE ${within(query)} AND ${behind(order, query.cursor)} ${orderBy(order)} LIMIT ${query.limit + 1})`;
  const { rows } = await sql<Read>`${eventColumns(visibility)}, ${sortKeys(order)} AS sort_keys,
e.over
    FROM (${sql.join(estateEvents(visibility).map(newest), sql` UNION ALL `)}) AS e ${eventJoins}
    ${orderBy(order)} LIMIT ${query.limit + 1}`.execute(store);
  return pageFrom(rows, order, query.limit, toHistoryEvent);
}

function eventColumns(visibility: Visibility): RawBuilder<unknown> {
  return sql`SELECT e.at, e.cause, e.change, e.detail, i.digest, ${imageName(visibility, 'i')} AS image_name,
    f.name AS flaw, k.name AS package_name, k.version`;
}

const eventJoins = sql`LEFT JOIN image AS i ON i.id = e.image LEFT JOIN flaw AS f ON f.id = e.flaw
  LEFT JOIN component AS k ON k.id = e.component`;

function within({ since, cause, change }: Pick<HistoryQuery, 'since' | 'cause' | 'change'>): RawBuilder<boolean> {
  return sql<boolean>`(${since ?? null}::timestamptz IS NULL OR e.at >= ${since ?? null})
    AND (${cause ?? null}::text[] IS NULL OR e.cause = ANY(${cause ?? null}::text[]))
    AND (${change ?? null}::text[] IS NULL OR e.change = ANY(${change ?? null}::text[]))`;
}

/** Writers say what they were doing; readers are told one of a few causes. */
const writtenCause = sql`CASE WHEN cause IN ('push', 'advisory', 'exception', 'fixed', 'scan', 'deleted') THEN cause
  WHEN change IN ('scanned', 'failed') THEN 'scan' ELSE 'push' END`;

const writtenColumns = sql`at, ${writtenCause} AS cause, change, flaw, component, image, detail,
  'event-' || lpad(id::text, 18, '0') AS key`;

/** Of images: what was written down, and what their components' candidates, past ones and exceptions tell. */
function eventsOf(images: readonly number[], visibility: Visibility): RawBuilder<unknown> {
  return sql`WITH own AS MATERIALIZED (
      SELECT i.id AS image, i.first_seen, part AS component
      FROM ${everHeld} AS held
        JOIN image AS i ON i.id = held.image CROSS JOIN unnest(held.components) AS part
      WHERE held.image = ANY(${images}::int[]))
    SELECT ${writtenColumns} FROM image_event WHERE image = ANY(${images}::int[]) AND cause <> 'fixed' AND ${placeKnown(visibility)}
    UNION ALL SELECT taken.at, 'fixed', 'went', c.flaw, c.component, taken.image, taken.name,
        'fixed-' || c.component || '-' || c.flaw || '-' || taken.before || '-' || extract(epoch FROM taken.at)
      FROM (${takenOver(images)}) AS taken
        CROSS JOIN LATERAL (${fixedIn('taken')}) AS c
    UNION ALL SELECT CASE WHEN c.cause = 'advisory' THEN greatest(c.since, own.first_seen) ELSE own.first_seen END,
        CASE WHEN c.cause = 'advisory' AND c.since > own.first_seen THEN 'advisory' ELSE 'push' END,
        'appeared', c.flaw, c.component, own.image, NULL, 'came-' || c.component || '-' || c.flaw
      FROM own JOIN candidate AS c USING (component)
      WHERE NOT EXISTS (SELECT FROM image_event AS told WHERE told.image = own.image AND told.change = 'appeared'
        AND told.component = c.component AND told.flaw = c.flaw)
    UNION ALL SELECT greatest(past.since, own.first_seen), CASE WHEN past.since > own.first_seen THEN past.cause ELSE 'push' END,
        'appeared', past.flaw, past.component, own.image, NULL, 'came-' || past.component || '-' || past.flaw || '-' || past.build
      FROM own JOIN candidate_past AS past USING (component) WHERE past.until > own.first_seen
    UNION ALL SELECT past.until, 'advisory', 'went', past.flaw, past.component, own.image, NULL,
        'went-' || past.component || '-' || past.flaw || '-' || past.build
      FROM own JOIN candidate_past AS past USING (component) WHERE past.until > own.first_seen
    UNION ALL SELECT e.since, 'exception', 'went', e.flaw, e.component, e.image, x.reason, 'excepted-' || e.component || '-' || e.flaw
      FROM excepted AS e JOIN exception AS x ON x.id = e.exception WHERE e.image = ANY(${images}::int[])
    UNION ALL SELECT told.at, 'exception', told.change, past.flaw, past.component, past.image, x.reason,
        told.name || '-' || past.component || '-' || past.flaw || '-' || past.id
      FROM excepted_past AS past JOIN exception AS x ON x.id = past.exception
        CROSS JOIN LATERAL (VALUES (past.since, 'went', 'excepted', true), (past.until, 'appeared', 'counted', past.again))
          AS told (at, change, name, happened)
      WHERE past.image = ANY(${images}::int[]) AND told.happened`;
}

/**
 * Of all images, each read from its newest end: how many images hold a package version is looked up for those alone that
 * a page shows. Signatures and their like come with every push and are told of in their own histories.
 */
function estateEvents(visibility: Visibility): readonly RawBuilder<unknown>[] {
  const held = (component: string) => sql`CROSS JOIN LATERAL (SELECT count(*)::int AS over FROM image_components AS held
    WHERE held.components @> ARRAY[${sql.ref(component)}] AND ${imageVisible(visibility, 'held.image')}) AS held WHERE held.over > 0`;
  const covers = (table: string) => sql`SELECT FROM ${sql.table(table)} AS e
    WHERE e.exception = x.id AND ${imageVisible(visibility, 'e.image')}`;
  return [
    sql`SELECT written.* FROM (SELECT ${writtenColumns}, findings AS over FROM image_event
      WHERE ${imageVisible(visibility, 'image_event.image')} AND ${placeKnown(visibility)} AND (SELECT state FROM image WHERE id = image_event.image) <> 'artifact') AS written`,
    sql`SELECT c.since AS at, 'advisory' AS cause, 'appeared' AS change, c.flaw, c.component, NULL::int AS image, NULL AS detail,
        c.key, held.over
      FROM (SELECT since, flaw, component, 'came-' || component || '-' || flaw AS key FROM candidate WHERE cause = 'advisory'
        ORDER BY since DESC, key DESC OFFSET 0) AS c ${held('c.component')}`,
    sql`SELECT past.until AS at, 'advisory' AS cause, 'went' AS change, past.flaw, past.component, NULL::int AS image, NULL AS detail,
        past.key, held.over
      FROM (SELECT until, flaw, component, 'went-' || component || '-' || flaw || '-' || build AS key FROM candidate_past
        ORDER BY until DESC, key DESC OFFSET 0) AS past ${held('past.component')}`,
    sql`${ofException('approved_at', 'went', 'exception')}
        AND (EXISTS (${covers('excepted')}) OR EXISTS (${covers('excepted_past')}))`,
    sql`${ofException('ended_at', 'appeared', 'ended')} AND EXISTS (${covers('excepted_past')} AND e.again)`,
  ];
}

/** An exception that stood, at its beginning or its end. */
function ofException(column: string, change: string, key: string): RawBuilder<unknown> {
  const at = sql.ref(`x.${column}`);
  return sql`SELECT ${at} AS at, 'exception' AS cause, ${sql.lit(change)} AS change,
      (SELECT min(id) FROM flaw WHERE name = x.scope->>'vulnerability') AS flaw,
      NULL::int AS component, NULL::int AS image, x.reason AS detail, ${sql.lit(`${key}-`)} || x.id AS key, NULL::int AS over
    FROM exception AS x WHERE x.approved_at IS NOT NULL AND ${at} IS NOT NULL`;
}
