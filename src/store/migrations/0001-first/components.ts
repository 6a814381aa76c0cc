export const components = `
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
  build integer NOT NULL                   -- the database it was first matched with
);
CREATE INDEX component_name ON component (name);
CREATE INDEX component_software ON component (software);

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

-- The newest databases' files, compressed and cut, so that every replica can have them.
CREATE TABLE build_part (
  build integer NOT NULL REFERENCES build ON DELETE CASCADE,
  part integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (build, part)
);
ALTER TABLE build_part ALTER COLUMN bytes SET STORAGE EXTERNAL;

`;
