export const registries = `
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

`;
