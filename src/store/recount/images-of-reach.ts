import { type RawBuilder, sql } from 'kysely';

/** The images that lie where a reach says, each once. */
export function imagesOfReach(reach: number): RawBuilder<number> {
  return sql<number>`SELECT DISTINCT placement.image FROM reach
    JOIN registry ON reach.within IS NULL OR registry.name = ANY(reach.within)
    JOIN repository ON repository.registry = registry.id AND (registry.name = ANY(reach.registries)
      OR registry.name || '/' || repository.name LIKE ANY(reach.repositories))
    JOIN placement ON placement.repository = repository.id AND placement.deleted IS NULL
    WHERE reach.id = ${reach}`;
}
