export const people = `
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
  last_seen timestamptz,
  created timestamptz NOT NULL DEFAULT now()
);

-- Wrong passwords, counted by login (whether there is such an account or not) and place: an address, a browser that
-- signed in before, or 'everywhere'.
CREATE TABLE sign_in_attempt (
  login text NOT NULL,
  place text NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  last timestamptz NOT NULL,
  PRIMARY KEY (login, place)
);
CREATE INDEX sign_in_attempt_last ON sign_in_attempt (last);

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

`;
