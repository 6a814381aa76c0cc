import { type RawBuilder, sql } from 'kysely';
import { repositoryVisible, type Visibility } from './visibility.ts';

/**
 * True for a row of `image_event` whose place (`host/repository` or `host/repository:tag`; of what was deleted the
 * repository or the registry) the caller may know: an image that several teams have tells each of its own places alone.
 * Of a host that no registry has any more, the repository decides.
 */
export function placeKnown(visibility: Visibility): RawBuilder<boolean> {
  if (visibility === 'everything') return sql<boolean>`true`;
  // LIMIT: of the indexes, the one over all names' trigrams, which PostgreSQL thinks the best, takes 2 ms a row.
  const own = (name: RawBuilder<unknown>) => sql`SELECT FROM registry CROSS JOIN LATERAL (
      SELECT id FROM repository WHERE repository.registry = registry.id AND repository.name = ${name} LIMIT 1) AS named
    WHERE ${repositoryVisible(visibility, 'named.id')}`;
  const repository = sql`split_part(substr(detail, strpos(detail, '/') + 1), ':', 1)`;
  const isOfHost = sql`(starts_with(detail, registry.host || '/')
    OR NOT EXISTS (SELECT FROM registry AS other WHERE starts_with(image_event.detail, other.host || '/')))`;
  return sql<boolean>`CASE
    WHEN change IN ('pushed', 'seen', 'tagged') THEN detail IS NULL OR EXISTS (${own(repository)} AND ${isOfHost})
    WHEN change = 'deleted' THEN EXISTS (${own(sql`detail`)})
      OR split_part(detail, ', which was', 1) = ANY(${visibility.reach?.registries ?? []}::text[])
    ELSE true END`;
}
