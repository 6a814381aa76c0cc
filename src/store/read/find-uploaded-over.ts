import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { placementVisible, type Visibility } from './visibility.ts';

export interface UploadedOver {
  readonly name: string;
  /** It lies in some registry now. */
  readonly placed: boolean;
  /** It lies somewhere outside this reach. */
  readonly beyond: boolean;
}

/** The image that an upload would replace the scan of, and whether it lies beyond a reach; undefined when it is new. */
export async function findUploadedOver(
  store: Store,
  digest: string,
  reach: Visibility,
): Promise<UploadedOver | undefined> {
  const { rows } = await sql<UploadedOver>`SELECT i.name,
      EXISTS (SELECT FROM placement AS lies WHERE lies.image = i.id AND lies.deleted IS NULL) AS placed,
      EXISTS (SELECT FROM placement AS lies WHERE lies.image = i.id AND lies.deleted IS NULL
        AND NOT ${placementVisible(reach, 'lies')}) AS beyond
    FROM image AS i WHERE i.digest = ${digest}`.execute(store);
  return rows[0];
}
