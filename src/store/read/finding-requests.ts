import { sql } from 'kysely';
import { coveredAmong } from '../excepted.ts';
import type { Store } from '../tables.ts';
import type { FindingRow } from './finding-row.ts';
import { exceptionSeen } from './list-exceptions.ts';
import type { Visibility } from './visibility.ts';

/** An exception that somebody asked for and that does not stand: nobody decided yet, or it was refused. */
export interface FindingRequest {
  readonly id: string;
  readonly state: 'asked' | 'refused';
  /** Who asked, or refused, and when. */
  readonly by: string;
  readonly at: string;
}

/** So many are looked at, what waits first, then the latest refusals. */
const mostRequests = 500;

/** The requests that would cover some of these findings, by the finding's id, as far as the caller sees requests. */
export async function readRequests(
  store: Store,
  findings: readonly Pick<FindingRow, 'id' | 'of'>[],
  visibility: Visibility,
  who: string,
): Promise<ReadonlyMap<string, FindingRequest>> {
  if (findings.length === 0) return new Map();
  const { rows } = await sql<{ id: string; state: 'asked' | 'refused'; by: string; at: Date }>`
    SELECT x.id, x.state, CASE x.state WHEN 'asked' THEN x.asked_by ELSE coalesce(x.decided_by, '') END AS by,
      CASE x.state WHEN 'asked' THEN x.asked_at ELSE coalesce(x.decided_at, x.asked_at) END AS at
    FROM exception AS x WHERE x.state IN ('asked', 'refused') AND ${exceptionSeen(visibility, who)}
    ORDER BY x.state, at DESC, x.id LIMIT ${mostRequests}`.execute(store);
  if (rows.length === 0) return new Map();
  const requests = new Map(rows.map(({ at, ...row }) => [row.id, { ...row, at: at.toISOString() }]));
  const found = await requestsOver(store, [...requests.keys()], findings);
  return new Map(
    found.flatMap(({ finding, request }) => {
      const one = requests.get(request);
      return one ? [[finding, one] as const] : [];
    }),
  );
}

/** Of several requests for a finding the first in this order. */
async function requestsOver(
  store: Store,
  requests: readonly string[],
  findings: readonly Pick<FindingRow, 'of'>[],
): Promise<readonly { readonly finding: string; readonly request: string }[]> {
  const given = sql`SELECT id, scope, array_position(${requests}::uuid[], id) AS asked_at
    FROM exception WHERE id = ANY(${requests}::uuid[])`;
  const columns = (['image', 'component', 'flaw'] as const).map((name) => findings.map(({ of }) => of[name]));
  const [images, components, flaws] = columns;
  const these = sql`SELECT * FROM unnest(${images}::int[], ${components}::int[], ${flaws}::int[]) AS one (image, component, flaw)`;
  const { rows } = await sql<{ finding: string; request: string }>`
    SELECT image || '-' || component || '-' || flaw AS finding, exception AS request
    FROM (${coveredAmong(these, given)}) AS reached`.execute(store);
  return rows;
}
