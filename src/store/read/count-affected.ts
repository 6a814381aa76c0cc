import { sql } from 'kysely';
import { isAmong } from '../is-among.ts';
import { eachNumber, numbersOf } from '../number-list.ts';
import { prepared } from '../prepared.ts';
import type { Store } from '../tables.ts';
import { placementVisible, type Visibility } from './visibility.ts';

export interface AffectedComponent {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly stream: string | null;
  readonly severity: number;
  readonly status: number;
  readonly fixed: string[];
  readonly risk: number;
  readonly since: Date;
  /** That have it and that the caller sees, without those in which an exception covers it. */
  readonly images: number;
}

export interface Affected {
  /** Those that an image has, the worst first. */
  readonly components: readonly AffectedComponent[];
  /** That have any of them. */
  readonly images: number;
}

/**
 * What a flaw affects. Its images are listed once, and which of them the caller sees and how many are distinct is counted
 * here: of what most images have, the database would look each of 100,000 pairs up to see whether the caller sees it.
 */
export async function countAffected(store: Store, flaw: number, visibility: Visibility): Promise<Affected> {
  const holders = await readHolders(store, flaw);
  const isSeen = await readSeen(store, holders, visibility);
  const isAffected = new Uint8Array(isSeen.length);
  const components = holders.map(({ held, covered, ...component }): AffectedComponent => {
    const excepted = new Set(covered);
    const open = held.filter((image) => isSeen[image] === 1 && !excepted.has(image));
    for (const image of open) isAffected[image] = 1;
    return { ...component, images: open.length };
  });
  return {
    components: components
      .filter(({ images }) => images > 0)
      .sort((a, b) => a.severity - b.severity || b.images - a.images),
    images: isAffected.reduce((sum, one) => sum + one, 0),
  };
}

interface Holders extends Omit<AffectedComponent, 'images'> {
  readonly held: readonly number[];
  readonly covered: readonly number[];
}

/** The images of each component that has the flaw. */
async function readHolders(store: Store, flaw: number): Promise<readonly Holders[]> {
  const { rows } = await sql<
    Omit<Holders, 'held' | 'covered'> & { held: string | null; covered: string | null }
  >`${prepared}SELECT k.name, k.version, k.type, k.stream, c.severity, c.status, c.fixed, c.risk, c.since,
      (SELECT array_agg(held.image)::text FROM image_components AS held WHERE held.components @> ARRAY[c.component]) AS held,
      (SELECT array_agg(e.image)::text FROM excepted AS e WHERE e.flaw = c.flaw AND e.component = c.component) AS covered
    FROM candidate AS c JOIN component AS k ON k.id = c.component
    WHERE c.flaw = ${flaw} ORDER BY k.name, k.version, k.id`.execute(store);
  return rows.map(({ held, covered, ...component }) => ({
    ...component,
    held: numbersOf(held),
    covered: numbersOf(covered),
  }));
}

/** So many are not looked up one by one. */
const manyAtLeast = 2_000;

/** By image, 1 for each of these that the caller sees. */
async function readSeen(store: Store, holders: readonly Holders[], visibility: Visibility): Promise<Uint8Array> {
  const most = holders.reduce((most, { held }) => held.reduce((a, b) => Math.max(a, b), most), 0);
  const isSeen = new Uint8Array(most + 1);
  if (visibility === 'everything') return isSeen.fill(1);
  const images = holders.reduce((sum, { held }) => sum + held.length, 0);
  const isOne = images < manyAtLeast ? isAmong(sql.ref('seen.image'), distinct(holders)) : sql<boolean>`true`;
  const { rows } = await sql<{ images: string | null }>`SELECT array_agg(seen.image)::text AS images
    FROM placement AS seen WHERE ${placementVisible(visibility, 'seen')} AND ${isOne}`.execute(store);
  eachNumber(rows[0]?.images ?? '', (image) => {
    if (image <= most) isSeen[image] = 1;
  });
  return isSeen;
}

function distinct(holders: readonly Holders[]): readonly number[] {
  return [...new Set(holders.flatMap(({ held }) => held))].sort((a, b) => a - b);
}
