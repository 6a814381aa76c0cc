export const counts = `
-- Counts over all images, by recount ----------------------------------------------------------------------------------------

-- That something changed which the counts below depend on. A row for each statement, in its transaction: whoever recounts
-- takes away those that its snapshot holds.
CREATE TABLE estate_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE FUNCTION estate_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO estate_change DEFAULT VALUES; RETURN NULL; END $$;
CREATE TRIGGER image_components_counted AFTER INSERT OR UPDATE OR DELETE ON image_components
  FOR EACH STATEMENT EXECUTE FUNCTION estate_changes();
CREATE TRIGGER candidate_counted AFTER INSERT OR UPDATE OR DELETE ON candidate
  FOR EACH STATEMENT EXECUTE FUNCTION estate_changes();
CREATE TRIGGER flaw_counted AFTER UPDATE ON flaw
  FOR EACH STATEMENT EXECUTE FUNCTION estate_changes();
CREATE TRIGGER excepted_counted AFTER INSERT OR UPDATE OR DELETE ON excepted
  FOR EACH STATEMENT EXECUTE FUNCTION estate_changes();

-- Flaws that at least one image has now.
CREATE TABLE flaw_summary (
  flaw integer PRIMARY KEY REFERENCES flaw,
  images integer NOT NULL,
  severity smallint NOT NULL,              -- the worst
  risk real NOT NULL,                      -- the highest
  fixable boolean NOT NULL,
  epss real NOT NULL,                      -- 0 where there is none
  first_seen timestamptz NOT NULL,
  packages text[] NOT NULL,                -- at most ten names
  words text NOT NULL                      -- what a search looks into: ids, title, packages; lower case
) WITH (fillfactor = 80);
CREATE INDEX flaw_summary_risk ON flaw_summary (risk, flaw);
CREATE INDEX flaw_summary_epss ON flaw_summary (epss, flaw);
CREATE INDEX flaw_summary_images ON flaw_summary (images, flaw);
CREATE INDEX flaw_summary_first_seen ON flaw_summary (first_seen, flaw);

-- Software updates that at least one image needs, and those that were needed once.
CREATE TABLE update_summary (
  key text PRIMARY KEY,                    -- of type, stream, software and target
  type text NOT NULL,
  stream text,
  software text NOT NULL,
  target text NOT NULL,
  versions text[] NOT NULL,                -- installed ones, most frequent first
  components integer[] NOT NULL,           -- what it replaces
  flaws text[] NOT NULL,                   -- the worst ten
  images integer NOT NULL,
  critical integer NOT NULL,
  high integer NOT NULL,
  medium integer NOT NULL,
  low integer NOT NULL,
  negligible integer NOT NULL,
  unknown integer NOT NULL,
  exploited integer NOT NULL,
  accepted integer NOT NULL,               -- findings under exceptions
  risk real NOT NULL,                      -- the highest of what it removes
  since timestamptz NOT NULL,              -- when the first of its findings came
  gone timestamptz                         -- since when no image needs it
);
CREATE INDEX update_summary_risk ON update_summary (risk, images, key);

-- Packages of images that are there, by name.
CREATE TABLE package_summary (
  type text NOT NULL,
  name text NOT NULL,
  images integer NOT NULL,
  versions integer NOT NULL,
  PRIMARY KEY (name, type)
);

-- When the counts above were made; one row.
CREATE TABLE recount (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  at timestamptz NOT NULL,
  took integer NOT NULL                    -- ms
);

-- Counts at the end of a day, for the trend.
CREATE TABLE day_summary (
  day date PRIMARY KEY,
  counts jsonb NOT NULL
);

-- Search within words is quick where PostgreSQL brings trigrams; without them it reads through.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX image_words ON image USING gin (name gin_trgm_ops);
  CREATE INDEX tag_words ON tag USING gin (name gin_trgm_ops);
  CREATE INDEX flaw_words ON flaw_summary USING gin (words gin_trgm_ops);
  CREATE INDEX package_words ON package_summary USING gin (name gin_trgm_ops);
  CREATE INDEX component_words ON component USING gin (name gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END $$;

`;
