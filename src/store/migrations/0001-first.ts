import type { Migration } from '../migration.ts';

/**
 * A finding is a join: image → its components → their candidates, less what exceptions cover. A component is a package
 * version with everything that decides its findings (what the matcher reads, its owner, linked symbols, platform), so
 * equal components have equal findings in every image. No row exists per image and finding.
 */
export const first: Migration = {
  id: '0001-first',
  sql: `
CREATE TABLE setting (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);

-- People ------------------------------------------------------------------------------------------------------------

CREATE TABLE account (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  login text NOT NULL UNIQUE,
  name text,
  source text NOT NULL,                    -- local, oidc
  subject text UNIQUE,                     -- issuer and subject of an OIDC account
  password text,                           -- argon2id, PHC string
  must_change_password boolean NOT NULL DEFAULT false,
  grants jsonb NOT NULL,
  disabled boolean NOT NULL DEFAULT false,
  failures integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  last_seen timestamptz,
  created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE session (
  hash bytea PRIMARY KEY,                  -- SHA-256 of the cookie
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  csrf text NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  last_used timestamptz NOT NULL DEFAULT now(),
  expires timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account);

CREATE TABLE api_token (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  hash bytea NOT NULL UNIQUE,
  hint text NOT NULL,
  name text NOT NULL,
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  grants jsonb NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  expires timestamptz NOT NULL,
  last_used timestamptz
);

CREATE TABLE trail (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  who text NOT NULL,
  address text,
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb,
  outcome text NOT NULL                    -- done, refused
);
CREATE FUNCTION trail_stands() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'the trail is append-only'; END $$;
CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail
  FOR EACH STATEMENT EXECUTE FUNCTION trail_stands();

-- Registries --------------------------------------------------------------------------------------------------------

CREATE TABLE registry (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL,
  host text NOT NULL,
  settings jsonb NOT NULL,                 -- what is no secret of RegistrySettings
  secrets bytea,                           -- sealed: sign-in and certificate
  notification_secret bytea NOT NULL,      -- sealed
  failure jsonb,                           -- code, message, since
  crawl_state jsonb,                       -- where a crawl goes on
  last_push timestamptz,
  last_crawl timestamptz,
  created timestamptz NOT NULL DEFAULT now()
);

-- Deliveries that were taken, so that a repeated one does nothing.
CREATE TABLE notification (
  registry integer NOT NULL REFERENCES registry ON DELETE CASCADE,
  delivery text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (registry, delivery)
);
CREATE INDEX notification_at ON notification (at);

CREATE TABLE repository (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  registry integer NOT NULL REFERENCES registry ON DELETE CASCADE,
  name text NOT NULL,
  last_push timestamptz,
  UNIQUE (registry, name)
);

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

-- Components, flaws, candidates ---------------------------------------------------------------------------------------

CREATE TABLE component (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key bytea NOT NULL UNIQUE,               -- first 16 bytes of SHA-256 over all that decides its findings
  type text NOT NULL,
  name text NOT NULL,                      -- with its namespace, as people write it
  software text NOT NULL,                  -- what is upgraded: a distribution's source package, else the name
  version text NOT NULL,
  stream text,
  purl text NOT NULL,
  facts bytea NOT NULL,                    -- zstd of JSON: what to give to the judge again
  build integer NOT NULL                   -- the database it was last matched with
);
CREATE INDEX component_name ON component (name);

-- Under which keys of the vulnerability database it is looked up.
CREATE TABLE component_key (
  component integer NOT NULL REFERENCES component ON DELETE CASCADE,
  stream text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (component, stream, name)
);
CREATE INDEX component_key_lookup ON component_key (stream, name);

CREATE TABLE flaw (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,               -- CVE, else GHSA, else the source's own
  aliases text[] NOT NULL DEFAULT '{}',
  title text,
  cvss real,
  epss real,
  epss_percentile real,
  exploited date,                          -- added to CISA's catalogue
  ransomware boolean NOT NULL DEFAULT false,
  exploits integer NOT NULL DEFAULT 0,
  published date,
  facts jsonb NOT NULL,                    -- the rest, as told: vectors, CWE, SSVC, references
  hash bytea NOT NULL                      -- of all that, to see what a new database changes
);
CREATE INDEX flaw_aliases ON flaw USING gin (aliases);

-- A flaw of a component, without regard to exceptions.
CREATE TABLE candidate (
  component integer NOT NULL REFERENCES component ON DELETE CASCADE,
  flaw integer NOT NULL REFERENCES flaw,
  severity smallint NOT NULL,              -- 0 critical … 4 negligible, 5 unknown
  severity_source text NOT NULL,
  status smallint NOT NULL,                -- 0 fixed, 1 not fixed, 2 will not fix, 3 unknown
  fixed text[] NOT NULL,
  upgrade_to text,
  risk real NOT NULL,
  since timestamptz NOT NULL,
  cause text NOT NULL,                     -- scan: known when the component was first seen; advisory: came later
  build integer NOT NULL,
  PRIMARY KEY (component, flaw)
);
CREATE INDEX candidate_flaw ON candidate (flaw);
CREATE INDEX candidate_risk ON candidate (risk, component, flaw);
CREATE INDEX candidate_advisory ON candidate (since) WHERE cause = 'advisory';

CREATE TABLE candidate_past (
  component integer NOT NULL REFERENCES component ON DELETE CASCADE,
  flaw integer NOT NULL REFERENCES flaw,
  severity smallint NOT NULL,
  since timestamptz NOT NULL,
  cause text NOT NULL,
  until timestamptz NOT NULL,
  build integer NOT NULL                   -- the database that took it away
);
CREATE INDEX candidate_past_component ON candidate_past (component);
CREATE INDEX candidate_past_until ON candidate_past (until);

-- Vulnerability databases as they were installed.
CREATE TABLE build (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest text NOT NULL,                    -- of the file
  built timestamptz NOT NULL,
  installed timestamptz NOT NULL DEFAULT clock_timestamp(),
  installed_by text NOT NULL,
  keys_changed integer NOT NULL DEFAULT 0,
  packages_rematched integer NOT NULL DEFAULT 0,
  images_changed integer NOT NULL DEFAULT 0,
  appeared integer NOT NULL DEFAULT 0,
  went integer NOT NULL DEFAULT 0,
  took integer NOT NULL DEFAULT 0          -- ms
);

-- Decisions of people ---------------------------------------------------------------------------------------------------

CREATE TABLE exception (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scope jsonb NOT NULL,
  reason text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,                     -- asked, approved, refused, expired, withdrawn
  expires timestamptz,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  decided_by text,
  decided_at timestamptz,
  decision_note text
);

-- The findings that an approved exception covers now.
CREATE TABLE excepted (
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  component integer NOT NULL,
  flaw integer NOT NULL,
  exception uuid NOT NULL REFERENCES exception ON DELETE CASCADE,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (image, component, flaw)
);
CREATE INDEX excepted_exception ON excepted (exception);
CREATE INDEX excepted_flaw ON excepted (flaw);

-- What people decided about an update; the update itself is derived.
CREATE TABLE recommendation_note (
  key text PRIMARY KEY,
  owner text,
  due date,
  status text NOT NULL DEFAULT 'open',
  changed timestamptz NOT NULL DEFAULT now()
);

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
CREATE TRIGGER excepted_counted AFTER INSERT OR UPDATE OR DELETE ON excepted
  FOR EACH STATEMENT EXECUTE FUNCTION estate_changes();

-- Flaws that at least one image has now.
CREATE TABLE flaw_summary (
  flaw integer PRIMARY KEY REFERENCES flaw,
  images integer NOT NULL,
  severity smallint NOT NULL,              -- the worst
  risk real NOT NULL,                      -- the highest
  fixable boolean NOT NULL,
  first_seen timestamptz NOT NULL,
  packages text[] NOT NULL,                -- at most ten names
  words text NOT NULL                      -- what a search looks into: ids, title, packages; lower case
) WITH (fillfactor = 80);
CREATE INDEX flaw_summary_risk ON flaw_summary (risk, flaw);
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
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END $$;

-- Work ------------------------------------------------------------------------------------------------------------------

-- What people see of jobs; the queue itself is the queue library's.
CREATE TABLE job (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL,                      -- scan, crawl, rematch, backup
  subject text NOT NULL,
  image integer REFERENCES image ON DELETE CASCADE,
  registry integer REFERENCES registry ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'waiting',   -- waiting, running, done, failed, cancelled
  progress real,
  detail text,
  attempt integer NOT NULL DEFAULT 0,
  because text NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  started timestamptz,
  finished timestamptz,
  failure jsonb
);
CREATE INDEX job_state ON job (state, created);
CREATE UNIQUE INDEX job_open_scan ON job (image) WHERE kind = 'scan' AND state IN ('waiting', 'running');
CREATE UNIQUE INDEX job_open_crawl ON job (registry) WHERE kind = 'crawl' AND state IN ('waiting', 'running');
`,
};
