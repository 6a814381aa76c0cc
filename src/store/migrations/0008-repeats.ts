import type { Migration } from '../migration.ts';

/** Requests that a client may repeat after a lost answer: what was answered is answered again, for a day. */
export const repeats: Migration = {
  id: '0008-repeats',
  sql: `
CREATE TABLE repeatable_request (
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  key text NOT NULL,                       -- chosen by the client
  request bytea NOT NULL,                  -- SHA-256 of all that it asks for
  at timestamptz NOT NULL,
  answer bytea,                            -- sealed: it may hold what is shown once; null until there is one
  PRIMARY KEY (account, key)
);
CREATE INDEX repeatable_request_at ON repeatable_request (account, at);
`,
};
