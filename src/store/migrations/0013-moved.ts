import type { Migration } from '../migration.ts';

/** How many findings of a part of the estate advisories brought and took: counted with the rest of that part. */
export const moved: Migration = {
  id: '0013-moved',
  sql: `
ALTER TABLE reach ADD COLUMN moved jsonb NOT NULL DEFAULT '[]',  -- [when, appeared, went], once for each vulnerability database
  ADD COLUMN moved_since timestamptz;                             -- all since then are there
-- Counted anew when somebody asks.
UPDATE reach SET counted = NULL;
`,
};
