import type { Migration } from '../migration.ts';

/** Of which types the packages are that have a flaw: vulnerabilities are narrowed down by it. */
export const types: Migration = {
  id: '0016-types',
  sql: `
ALTER TABLE flaw_summary ADD COLUMN types text[] NOT NULL DEFAULT '{}';
ALTER TABLE reach_flaw ADD COLUMN types text[] NOT NULL DEFAULT '{}';
-- The next count over everything tells them, and that of each part after it.
DELETE FROM recount;
`,
};
