import type { Migration } from '../migration.ts';

/** What a part of the estate held at the end of a day, for the trend of those who see that part. */
export const days: Migration = {
  id: '0015-days',
  sql: `
CREATE TABLE reach_day (
  reach integer NOT NULL REFERENCES reach ON DELETE CASCADE,
  day date NOT NULL,
  counts jsonb NOT NULL,                   -- as in day_summary
  PRIMARY KEY (reach, day)
);
`,
};
