import { sql } from 'kysely';
import { getOrInsert } from '../../lib/get-or-insert.ts';
import { prepared } from '../prepared.ts';
import type { Store } from '../tables.ts';
import { placementVisible, type Visibility } from './visibility.ts';

export interface ImageLocation {
  readonly registry: string;
  readonly repository: string;
  /** Newest first. */
  readonly tags: string[];
  readonly pushed?: string;
  /** The name it was uploaded by, where no registry told of it. */
  readonly uploaded?: string;
}

/** Where images lie, as far as the caller sees; in the order in which they came there. */
export async function locationsOf(
  store: Store,
  images: readonly number[],
  visibility: Visibility,
): Promise<ReadonlyMap<number, ImageLocation[]>> {
  const found = new Map<number, ImageLocation[]>();
  if (images.length === 0) return found;
  const { rows } = await sql<{
    image: number;
    registry: string;
    repository: string;
    tags: string[];
    pushed: Date | null;
    uploaded: string | null;
  }>`
    ${prepared}SELECT placement.image, registry.name AS registry, repository.name AS repository, placement.pushed, placement.uploaded,
      ARRAY(SELECT tag.name FROM tag WHERE tag.image = placement.image AND tag.repository = placement.repository
        ORDER BY tag.since DESC, tag.name LIMIT 100) AS tags
    FROM placement JOIN repository ON repository.id = placement.repository JOIN registry ON registry.id = repository.registry
    WHERE placement.image = ANY(${images}::int[]) AND ${placementVisible(visibility, 'placement')}
    ORDER BY placement.first_seen, placement.repository`.execute(store);
  for (const { image, registry, repository, tags, pushed, uploaded } of rows)
    getOrInsert(found, image, () => []).push({
      registry,
      repository,
      tags,
      ...(pushed && { pushed: pushed.toISOString() }),
      ...(uploaded && { uploaded }),
    });
  return found;
}
