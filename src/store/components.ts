import { sql } from 'kysely';
import { type CandidateRow, type Occasion, putCandidates } from './candidates.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** A package version with all that decides its findings. */
export interface ComponentRow {
  readonly key: Buffer;
  readonly type: string;
  readonly name: string;
  /** What is upgraded: a distribution's source package, else the name. */
  readonly software: string;
  readonly version: string;
  readonly stream?: string;
  readonly purl: string;
  readonly facts: Buffer;
}

/** A component and what the vulnerability database says of it. */
export interface MatchedComponent extends ComponentRow {
  readonly keys: readonly (readonly [stream: string, name: string])[];
  readonly candidates: readonly CandidateRow[];
}

/** The components that are there, by key in hex. */
export async function findComponents(
  store: Store,
  keys: readonly Buffer[],
): Promise<ReadonlyMap<string, { readonly id: number; readonly purl: string }>> {
  const { rows } = await sql<{ id: number; key: Buffer; purl: string }>`
    SELECT id, key, purl FROM component WHERE key = ANY(${keys}::bytea[])`.execute(store);
  return new Map(rows.map(({ id, key, purl }) => [key.toString('hex'), { id, purl }]));
}

/**
 * Adds those that are not there yet, with their candidates. Whoever sees a component sees all of its candidates: both
 * come in one transaction. Answers with the ids of those that were added here, by key in hex.
 */
export async function addComponents(
  transaction: StoreTransaction,
  components: readonly MatchedComponent[],
  flawIds: ReadonlyMap<string, number>,
  occasion: Occasion,
): Promise<ReadonlyMap<string, number>> {
  const added = await insertComponents(transaction, components, occasion.build);
  const ours = components.flatMap((component) => {
    const id = added.get(component.key.toString('hex'));
    return id === undefined ? [] : [{ component, id }];
  });
  const keys = ours.flatMap(({ component, id }) => component.keys.map(([stream, name]) => ({ id, stream, name })));
  await putComponentKeys(transaction, keys);
  const candidates = ours.flatMap(({ component, id }) =>
    component.candidates.map((candidate) => ({
      ...candidate,
      component: id,
      flawId: flawIds.get(candidate.flaw) as number,
    })),
  );
  await putCandidates(transaction, candidates, occasion);
  return added;
}

/** Under which keys components are looked up. */
export async function putComponentKeys(
  transaction: StoreTransaction,
  keys: readonly { readonly id: number; readonly stream: string; readonly name: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  await sql`INSERT INTO component_key (component, stream, name)
    SELECT * FROM unnest(
      ${keys.map(({ id }) => id)}::integer[],
      ${keys.map(({ stream }) => stream)}::text[],
      ${keys.map(({ name }) => name)}::text[]
    ) ON CONFLICT DO NOTHING`.execute(transaction);
}

async function insertComponents(
  transaction: StoreTransaction,
  components: readonly ComponentRow[],
  build: number,
): Promise<ReadonlyMap<string, number>> {
  if (components.length === 0) return new Map();
  // In one order, so that two who add the same do not wait for each other in a circle.
  const sorted = components.toSorted((a, b) => Buffer.compare(a.key, b.key));
  const column = <T>(of: (component: ComponentRow) => T) => sorted.map(of);
  const { rows } = await sql<{ id: number; key: Buffer }>`
    INSERT INTO component (key, type, name, software, version, stream, purl, facts, build)
    SELECT *, ${build}::integer FROM unnest(
      ${column(({ key }) => key)}::bytea[],
      ${column(({ type }) => type)}::text[],
      ${column(({ name }) => name)}::text[],
      ${column(({ software }) => software)}::text[],
      ${column(({ version }) => version)}::text[],
      ${column(({ stream }) => stream ?? null)}::text[],
      ${column(({ purl }) => purl)}::text[],
      ${column(({ facts }) => facts)}::bytea[]
    ) ON CONFLICT (key) DO NOTHING RETURNING id, key`.execute(transaction);
  return new Map(rows.map(({ id, key }) => [key.toString('hex'), id]));
}
