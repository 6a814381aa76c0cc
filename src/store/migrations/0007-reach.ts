import type { Migration } from '../migration.ts';

/**
 * Counts for callers who see a part: what the counts over everything are, kept for each part that somebody asked for. They
 * are made from the flawed components of each image, which the count over everything leaves behind. Where images lie
 * decides who sees them: a change of it is a change that counts depend on.
 */
export const reach: Migration = {
  id: '0007-reach',
  sql: `
-- The components of each image that have flaws, 512 images in a row, as src/store/recount/flawed-images.ts writes them.
CREATE TABLE flawed_images (
  part integer PRIMARY KEY,
  lists bytea NOT NULL
);
ALTER TABLE flawed_images ALTER COLUMN lists SET STORAGE EXTERNAL;

-- Parts of the estate that callers see, as their grants say it.
CREATE TABLE reach (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,                -- of the three below
  registries text[] NOT NULL,              -- by name
  repositories text[] NOT NULL,            -- registry/repository, patterns of LIKE
  within text[],                           -- in these registries only
  asked timestamptz NOT NULL DEFAULT now(),
  counted timestamptz                      -- which recount its counts go with
);

CREATE TABLE reach_flaw (
  reach integer NOT NULL REFERENCES reach ON DELETE CASCADE,
  flaw integer NOT NULL,
  images integer NOT NULL,
  severity smallint NOT NULL,
  risk real NOT NULL,
  fixable boolean NOT NULL,
  epss real NOT NULL,
  first_seen timestamptz NOT NULL,
  packages text[] NOT NULL,
  words text NOT NULL,
  PRIMARY KEY (reach, flaw)
) WITH (fillfactor = 80);

CREATE TABLE reach_update (
  reach integer NOT NULL REFERENCES reach ON DELETE CASCADE,
  key text NOT NULL,
  type text NOT NULL,
  stream text,
  software text NOT NULL,
  target text NOT NULL,
  versions text[] NOT NULL,
  components integer[] NOT NULL,
  flaws text[] NOT NULL,
  images integer NOT NULL,
  critical integer NOT NULL,
  high integer NOT NULL,
  medium integer NOT NULL,
  low integer NOT NULL,
  negligible integer NOT NULL,
  unknown integer NOT NULL,
  exploited integer NOT NULL,
  accepted integer NOT NULL,
  risk real NOT NULL,
  since timestamptz NOT NULL,
  gone timestamptz,                        -- never: what the part no longer needs has no row
  PRIMARY KEY (reach, key)
) WITH (fillfactor = 80);

-- Looking through a registry writes what was there already: only what really comes or goes is a change.
CREATE FUNCTION placement_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM changed) THEN INSERT INTO estate_change DEFAULT VALUES; END IF;
    RETURN NULL;
  END $$;
CREATE FUNCTION placement_returns() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM after JOIN before USING (repository, image)
      WHERE (after.deleted IS NULL) <> (before.deleted IS NULL)) THEN INSERT INTO estate_change DEFAULT VALUES; END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER placement_came AFTER INSERT ON placement REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION placement_changes();
CREATE TRIGGER placement_went AFTER DELETE ON placement REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION placement_changes();
CREATE TRIGGER placement_deleted AFTER UPDATE ON placement REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION placement_returns();

-- The next count over everything leaves behind what the parts are counted from.
DELETE FROM recount;
`,
};
