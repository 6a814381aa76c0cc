import type { Migration } from '../migration.ts';

/**
 * How far the requests to a registry are given out, over all replicas. Written a few times a second, so it is kept out of
 * the row that people see and out of the log of changes: after a crash of the database it begins anew.
 */
export const pace: Migration = {
  id: '0004-pace',
  sql: `
CREATE UNLOGGED TABLE registry_pace (
  registry integer PRIMARY KEY REFERENCES registry ON DELETE CASCADE,
  due timestamptz NOT NULL,                -- of the next request that nobody has been given yet
  rest_until timestamptz                   -- the registry asked to be left alone
) WITH (fillfactor = 50);
`,
};
