import type { Migration } from '../migration.ts';

/**
 * PostgreSQL keeps what was added to a GIN index in a list that every search reads from end to end, of up to 4 MB until
 * a vacuum comes by: half the time of a search, in an estate where images are scanned all day. 64 kB is the least there is.
 */
export const search: Migration = {
  id: '0003-search',
  sql: `
DO $$
DECLARE words regclass;
BEGIN
  FOR words IN SELECT indexrelid FROM pg_index WHERE indexrelid IN (
    to_regclass('image_words'), to_regclass('image_other_words'), to_regclass('repository_words'), to_regclass('tag_words'),
    to_regclass('flaw_words'), to_regclass('package_words'), to_regclass('component_words'))
  LOOP
    EXECUTE format('ALTER INDEX %s SET (gin_pending_list_limit = 64)', words);
    PERFORM gin_clean_pending_list(words);
  END LOOP;
END $$;
`,
};
