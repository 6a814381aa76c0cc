import type { Migration } from '../migration.ts';

/**
 * One column holds what an image is called besides its name, so that one index answers a search by any of its places and
 * tags. A name that an image no longer has may stand there: whoever searches looks whether it still has it.
 */
export const words: Migration = {
  id: '0002-words',
  sql: `
ALTER TABLE image ADD COLUMN words text NOT NULL DEFAULT '';
UPDATE image SET words = places FROM (
  SELECT placement.image, string_agg(place, ' ') AS places
  FROM placement JOIN repository ON repository.id = placement.repository JOIN registry ON registry.id = repository.registry
    LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image,
    LATERAL (SELECT registry.host || '/' || repository.name || coalesce(':' || tag.name, '') AS place) AS described,
    LATERAL (SELECT name FROM image AS named WHERE named.id = placement.image) AS called
  WHERE position(place IN called.name) = 0 GROUP BY 1) AS found
WHERE found.image = image.id;

DO $$
BEGIN
  CREATE INDEX image_other_words ON image USING gin (words gin_trgm_ops);
  CREATE INDEX repository_words ON repository USING gin (name gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END $$;
CREATE INDEX image_digest_start ON image (digest text_pattern_ops);
`,
};
