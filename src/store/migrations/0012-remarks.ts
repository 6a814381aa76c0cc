import type { Migration } from '../migration.ts';

/** That support of a system has ended no longer counts among what kept a scan from being complete. */
export const remarks: Migration = {
  id: '0012-remarks',
  sql: `
UPDATE image SET problems = problems - 1 WHERE end_of_life AND problems > 0;
`,
};
