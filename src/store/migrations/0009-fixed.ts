import type { Migration } from '../migration.ts';

/** A push that takes a tag over and no longer has what the image before it had is told once, with how much it removed. */
export const fixed: Migration = {
  id: '0009-fixed',
  sql: `
ALTER TABLE image_event ADD COLUMN findings integer; -- how many it is about, where it is not about one
CREATE INDEX tag_past_name ON tag_past (repository, name, until);
`,
};
