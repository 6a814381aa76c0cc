import type { Migration } from '../migration.ts';

/** A recount now leaves behind also which images hold what an advisory lately cleared of its last flaw. */
export const followed: Migration = {
  id: '0014-followed',
  sql: `
ALTER TABLE flawed_images RENAME TO followed_images;  -- as src/store/recount/followed-images.ts writes them
DELETE FROM recount;
`,
};
