export const images = `
-- Images ------------------------------------------------------------------------------------------------------------

CREATE TABLE image (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest text NOT NULL UNIQUE,             -- of the manifest; of the configuration for uploads that know no manifest
  name text NOT NULL,                      -- newest reference, for people and for search
  manifest_digest text,
  config_digest text,
  platform text,
  os text,
  end_of_life boolean,
  state text NOT NULL DEFAULT 'queued',    -- queued, scanning, scanned, failed
  failure jsonb,
  problems integer NOT NULL DEFAULT 0,
  packages integer NOT NULL DEFAULT 0,
  -- What findings depend on besides the bytes: a scan by other catalogers replaces this one.
  scanner text,
  first_seen timestamptz NOT NULL DEFAULT now(),
  pushed timestamptz,
  scanned timestamptz,
  gone timestamptz                         -- since when it lies nowhere any more
);
CREATE INDEX image_state ON image (state);
CREATE INDEX image_name ON image (name, id);
CREATE INDEX image_first_seen ON image (first_seen, id);
CREATE INDEX image_pushed ON image ((coalesce(pushed, first_seen)), id);
CREATE INDEX image_scanned ON image ((coalesce(scanned, '1970-01-01 00:00:00+00')), id);

-- Packages with their places, layers, problems and coverage, as scanned: zstd of JSON.
CREATE TABLE image_detail (
  image integer PRIMARY KEY REFERENCES image ON DELETE CASCADE,
  detail bytea NOT NULL
);
ALTER TABLE image_detail ALTER COLUMN detail SET STORAGE EXTERNAL;

-- Sorted, each once. Immutable between scans, so that the inverted index is written once.
CREATE TABLE image_components (
  image integer PRIMARY KEY REFERENCES image ON DELETE CASCADE,
  components integer[] NOT NULL
);
CREATE INDEX image_components_inverted ON image_components USING gin (components) WITH (fastupdate = off);

-- Components of images that are gone: nothing but history asks for them.
CREATE TABLE image_components_gone (
  image integer PRIMARY KEY REFERENCES image ON DELETE CASCADE,
  components integer[] NOT NULL
);

-- Findings that stand, by severity; changed by signed differences.
CREATE TABLE image_summary (
  image integer PRIMARY KEY REFERENCES image ON DELETE CASCADE,
  critical integer NOT NULL DEFAULT 0,
  high integer NOT NULL DEFAULT 0,
  medium integer NOT NULL DEFAULT 0,
  low integer NOT NULL DEFAULT 0,
  negligible integer NOT NULL DEFAULT 0,
  unknown integer NOT NULL DEFAULT 0,
  fixable integer NOT NULL DEFAULT 0,
  exploited integer NOT NULL DEFAULT 0,
  risk real NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX image_summary_risk ON image_summary (risk, image);
CREATE INDEX image_summary_critical ON image_summary (critical, image);

-- Every image has one from the start, so that a list may be read along its indexes.
CREATE FUNCTION image_gets_summary() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO image_summary (image) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
CREATE TRIGGER image_has_summary AFTER INSERT ON image FOR EACH ROW EXECUTE FUNCTION image_gets_summary();

-- Where an image lies. A row stays when the registry says that it is gone.
CREATE TABLE placement (
  repository integer NOT NULL REFERENCES repository ON DELETE CASCADE,
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  first_seen timestamptz NOT NULL DEFAULT now(),
  pushed timestamptz,
  deleted timestamptz,
  PRIMARY KEY (repository, image)
);
CREATE INDEX placement_image ON placement (image);

CREATE TABLE tag (
  repository integer NOT NULL REFERENCES repository ON DELETE CASCADE,
  name text NOT NULL,
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (repository, name)
);
CREATE INDEX tag_image ON tag (image);

CREATE TABLE tag_past (
  repository integer NOT NULL REFERENCES repository ON DELETE CASCADE,
  name text NOT NULL,
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tag_past_image ON tag_past (image);

-- What no join tells of an image: scans, failures, findings that other catalogers saw or no longer see.
CREATE TABLE image_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause text NOT NULL,                     -- push, scan, deleted …
  change text NOT NULL,                    -- pushed, tagged, deleted, scanned, failed, appeared, went
  flaw integer,
  component integer,
  detail text
);
CREATE INDEX image_event_image ON image_event (image, at);

`;
