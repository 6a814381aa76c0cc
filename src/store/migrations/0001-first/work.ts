export const work = `
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
`;
