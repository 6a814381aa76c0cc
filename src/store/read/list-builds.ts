import { sql } from 'kysely';
import type { Store } from '../tables.ts';
import { behind, type Order, orderBy, type Page, type PageRequest, pageFrom, sortKeys } from './page.ts';

export interface ReadBuild {
  readonly id: number;
  readonly built: Date;
  readonly installed: Date;
  readonly installed_by: string;
  readonly keys_changed: number;
  readonly packages_rematched: number;
  readonly images_changed: number;
  readonly appeared: number;
  readonly went: number;
  /** ms */
  readonly took: number;
}

const order: Order = { name: 'builds', keys: [{ by: sql`b.id`, type: 'integer' }], direction: 'desc' };

/** Vulnerability databases as they were installed, the one in force first. */
export async function listBuilds(store: Store, { limit, cursor }: PageRequest): Promise<Page<ReadBuild>> {
  const { rows } = await sql<ReadBuild & { sort_keys: string[] }>`
    SELECT b.id, b.built, b.installed, b.installed_by, b.keys_changed, b.packages_rematched, b.images_changed, b.appeared,
      b.went, b.took, ${sortKeys(order)} AS sort_keys
    FROM build AS b WHERE ${behind(order, cursor)} ${orderBy(order)} LIMIT ${limit + 1}`.execute(store);
  return pageFrom(rows, order, limit, (row) => row);
}
