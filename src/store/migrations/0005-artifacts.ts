import type { Migration } from '../migration.ts';

/** What lies in a registry and is no image has the state `artifact`, and says what it is. */
export const artifacts: Migration = {
  id: '0005-artifacts',
  sql: `
ALTER TABLE image ADD COLUMN artifact text;   -- its kind: helm-chart, signature …
ALTER TABLE image ADD COLUMN media_type text; -- what told the kind
`,
};
